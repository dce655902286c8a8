// The audit log: the newest first, page by page, by who and what and when; whole or not.
'use strict';
const assert = require('node:assert/strict');
const { suite } = require('./suite');
const { waitFor } = require('./world');

const { as } = suite(async (world) => {
  const events = Array.from({ length: 120 }, (_, i) => ({ account: 'walkins', type: 'unsubscribe', email: `a${i}@example.com` }));
  await world.ask('POST', 'events', events);
  await world.unsubscribe('newest@example.com', 'walkins');
});

const AUDIT = '/audit?account=walkins';
const numbers = (page) => page.locator('tbody tr td:nth-child(3) a').allTextContents();

as('viewer', AUDIT, 'the newest entry comes first, and pages lead back in time', async (page) => {
  await page.getByRole('row').nth(1).getByText('Reason added: Operator').waitFor();
  const first = await numbers(page);
  assert.equal(first.length, 50);
  await page.getByRole('button', { name: 'Next' }).click();
  await waitFor(async () => (await numbers(page))[0] !== first[0], 'the next page');
  const second = await numbers(page);
  assert.ok(Number(second[0]) < Number(first[1]));
  await page.getByRole('button', { name: 'Previous' }).click();
  await waitFor(async () => (await numbers(page))[0] === first[0], 'the first page');
});

as('viewer', AUDIT, 'it is narrowed by who and what, which stand in the address', async (page) => {
  await page.getByLabel('Who', { exact: true }).fill('TOKEN');
  await page.getByText('1 entry on this page').waitFor();
  assert.match(page.url(), /who=TOKEN/);
  await page.getByLabel('Action').selectOption('lift');
  await page.getByText('No entries').waitFor();
  await page.getByLabel('Action').selectOption('');
  await page.getByRole('button', { name: /^Details of entry/ }).click();
  await page.getByText('token admin').last().waitFor();
});

as('viewer', AUDIT, 'what happens meanwhile appears', async (page, world) => {
  await page.getByRole('row').nth(1).waitFor();
  await world.unsubscribe('later@example.com', 'walkins');
  const id = (await world.contact('later@example.com', 'walkins')).id;
  await page.getByRole('row').nth(1).getByRole('link', { name: id, exact: true }).waitFor();
});

as('viewer', AUDIT, 'the chain is verified', async (page) => {
  await page.getByRole('button', { name: 'Verify the chain' }).click();
  await page.getByText(/The chain is whole/).waitFor();
});
