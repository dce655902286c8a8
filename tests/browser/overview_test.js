// The overview: how many, why not, what needs somebody; live.
'use strict';
const assert = require('node:assert/strict');
const { suite } = require('./suite');
const { waitFor } = require('./world');

const { as } = suite(async (world) => {
  await world.import('walkins', Array.from({ length: 40 }, (_, i) => [`person${i}@example.com`, `Person ${i}`]));
  for (let i = 0; i < 10; ++i) await world.event(i % 2 ? 'unsubscribe' : 'hard_bounce', `person${i}@example.com`, 'walkins');
});

const OVERVIEW = '/overview?account=walkins';
const tile = (page, name) => page.getByRole('main').getByRole('link', { name });

as('viewer', OVERVIEW, 'counts lead to the contacts that they count', async (page) => {
  await tile(page, /Unsubscribed/).getByText('10', { exact: true }).waitFor();
  await tile(page, /Unsubscribed/).click();
  await page.waitForURL(/\/contacts\?.*status=unsubscribed/);
  await page.getByText('10 contacts on this page').waitFor();
});

as('viewer', OVERVIEW, 'they follow what happens, without loading again', async (page, world) => {
  await tile(page, /Unsubscribed/).getByText('10', { exact: true }).waitFor();
  await world.event('unsubscribe', 'person20@example.com', 'walkins');
  await tile(page, /Unsubscribed/).getByText('11', { exact: true }).waitFor();
});

as('viewer', OVERVIEW, 'the chart has a table for those who do not see it', async (page) => {
  await page.getByText('Table', { exact: true }).click();
  const table = page.getByRole('main').getByRole('table').first();
  await table.getByRole('columnheader', { name: 'Hard bounce' }).waitFor();
  assert.match(await table.innerText(), /5/);
});

as('viewer', OVERVIEW, 'the search finds while one types, by the first letters', async (page) => {
  const field = page.getByRole('combobox', { name: 'Find a contact' });
  const found = page.getByRole('listbox', { name: 'Contacts found' }).getByRole('option');
  await field.fill('p');
  await found.first().waitFor();
  await field.fill('person 17');
  await waitFor(async () => (await found.count()) === 1, 'one is left');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Person 17', level: 1 }).waitFor();
});

as('viewer', OVERVIEW, 'another account is chosen, and the address says so', async (page) => {
  await page.getByRole('button', { name: /Walk-ins/ }).click();
  await page.getByRole('menuitemradio', { name: 'Lakeside Sailing' }).click();
  await page.waitForURL(/account=lakeside/);
  await page.getByText('There are no contacts yet').waitFor();
});
