// Nobody, one, and a million: the same flows.
'use strict';
const assert = require('node:assert/strict');
const { describe } = require('node:test');
const { suite } = require('./suite');
const { World, waitFor } = require('./world');

const MANY = 1_000_000;
const number = (n) => n.toLocaleString('en-GB');

describe('nobody', () => {
  const { as } = suite(undefined, () => World.withContacts(0));

  as('operator', '/overview?account=big', 'the overview says so, and where they come from', async (page) => {
    await page.getByText('There are no contacts yet').waitFor();
    await page.getByRole('main').getByRole('link', { name: 'Syncs' }).waitFor();
  });

  as('operator', '/contacts?account=big', 'the list says so', async (page) => {
    await page.getByText('There are no contacts yet').waitFor();
  });
});

describe('one', () => {
  const { as } = suite(undefined, () => World.withContacts(1));

  as('operator', '/contacts?account=big', 'the list has one, and no other page', async (page) => {
    await page.getByRole('link', { name: 'Person Number 1' }).waitFor();
    await page.getByText('1 contact on this page').waitFor();
    assert.equal(await page.getByRole('button', { name: 'Next' }).count(), 0);
    await page.getByLabel('Select everybody on this page').click();
    await page.getByText('1 contact selected').waitFor();
  });
});

describe('a million', () => {
  const { as, shared } = suite(async (world) => {
    await waitFor(async () => (await world.get('contacts?account=big&q=number+999999&sort=name')).items.length === 1, 'the index', 300);
  }, () => World.withContacts(MANY));

  as('operator', '/overview?account=big', 'the overview counts them, and finds one of them by name', async (page) => {
    await page.getByText(number(MANY * 0.9)).first().waitFor();
    await page.getByText(number(MANY * 0.1)).first().waitFor();
    await page.getByRole('combobox', { name: 'Find a contact' }).fill('number 777777');
    await page.getByRole('listbox', { name: 'Contacts found' }).getByRole('option').first().click();
    await page.getByRole('heading', { level: 1, name: 'Person Number 777777' }).waitFor();
  });

  as('operator', '/contacts?account=big&sort=name', 'pages of a filtered list, far into it', async (page) => {
    await page.getByLabel('Status').selectOption('unsubscribed');
    const first = page.locator('tbody th a').first();
    const seen = new Set();
    for (let turn = 0; turn < 5; ++turn) {
      await waitFor(async () => !seen.has(await first.textContent()), 'another page');
      seen.add(await first.textContent());
      await page.getByRole('button', { name: 'Next' }).click();
    }
    assert.equal(seen.size, 5);
  });

  as('operator', '/contacts?account=big', 'all of them chosen, and what would become of them', async (page) => {
    await page.getByLabel('Select everybody on this page').click();
    await page.getByRole('button', { name: 'Select all in the account' }).click();
    await page.getByText(`${number(MANY)} contacts selected`).waitFor();
    await page.getByRole('button', { name: 'Bulk actions' }).click();
    await page.getByRole('menuitem', { name: 'Unsubscribe…' }).click();
    await page.getByRole('heading', { name: 'Confirm' }).waitFor({ timeout: 120_000 });
    // A no of an operator is kept beside the CRM's, so it is about all of them.
    await page.getByRole('button', { name: `Unsubscribe ${number(MANY)} contacts` }).waitFor();
    assert.equal((await shared.world.get('status')).accounts[0].contacts.unsubscribed, MANY * 0.1);
  });
});
