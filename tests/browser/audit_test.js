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

as('viewer', AUDIT, 'while somebody types a name, the daemon is asked once', async (page) => {
  await page.getByRole('row').nth(1).waitFor();
  const asked = [];
  page.on('request', (request) => request.url().includes('/audit?') && asked.push(new URL(request.url()).searchParams.get('who')));
  await page.clock.install();
  await page.clock.pauseAt(Date.now() + 1000);
  await page.getByLabel('Who', { exact: true }).pressSequentially('token');
  await page.clock.runFor(300);
  await page.getByText('1 entry on this page').waitFor();
  assert.deepEqual(asked, ['token']);
});

as('viewer', AUDIT, 'days and a contact narrow it, and the export with it', async (page, world) => {
  const { id } = await world.contact('newest@example.com', 'walkins');
  await page.goto(`${AUDIT}&contact=${id}`);
  await page.getByText('1 entry on this page').waitFor();
  await page.getByLabel('From').fill('2000-01-01');
  await page.waitForURL(/since=2000-01-01/);
  const target = new URL(await page.getByRole('link', { name: 'Export' }).getAttribute('href'), world.url);
  assert.deepEqual(Object.fromEntries(target.searchParams), { account: 'walkins', since: '2000-01-01', contact: id });
  await page.getByLabel('Until').fill('2000-01-02');
  await page.getByText('No entries').waitFor();
  await page.getByLabel('Until').fill('');
  await page.getByRole('button', { name: `Only contact ${id}` }).click();
  await page.getByText('50 entries on this page').waitFor();
});

const short = (page, limit) => page.route(/\/api\/v1\/audit\?/, (route) =>
  route.continue({ url: route.request().url().replace(/limit=\d+/, `limit=${limit}`) }));

as('viewer', AUDIT, 'short pages of the daemon make whole pages here', async (page) => {
  await short(page, 7);
  await page.reload();
  await page.getByText('56 entries on this page').waitFor();
  const shown = await numbers(page);
  assert.deepEqual(shown, [...new Set(shown)]);
});

as('viewer', AUDIT, 'where nothing is found for long, the page says so and leads on', async (page) => {
  const nothing = { items: [], next: null };
  let asked = 0;
  await page.route(/\/api\/v1\/audit\?.*who=nobody/, (route) => {
    ++asked;
    const further = new URL(route.request().url()).searchParams.get('after') === 'further';
    return route.fulfill({ json: further && asked > 30 ? nothing : { items: [], next: 'further' } });
  });
  await page.goto(`${AUDIT}&who=nobody`);
  await page.getByText('Nothing among the entries looked at').waitFor();
  assert.ok(asked <= 30, `${asked} requests for one page`);
  asked = 31;
  await page.getByRole('button', { name: 'Next' }).click();
  await page.getByText('No entries').waitFor();
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

as('viewer', AUDIT, 'further back it stays as it is, without being read again', async (page, world) => {
  await page.getByRole('row').nth(1).waitFor();
  const [newest] = await numbers(page);
  await page.getByRole('button', { name: 'Next' }).click();
  await waitFor(async () => (await numbers(page))[0] !== newest, 'the next page');
  const shown = await numbers(page);
  let asked = 0;
  page.on('request', (request) => request.url().includes('/audit?') && ++asked);
  const status = page.waitForResponse(/\/api\/v1\/status/);  // comes with the change, so the change has been told
  await world.unsubscribe('behind@example.com', 'walkins');
  await status;
  assert.deepEqual(await numbers(page), shown);
  assert.equal(asked, 0);
});
