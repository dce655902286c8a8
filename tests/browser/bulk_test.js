// Many at once: what would happen, the confirmation, the job, its outcomes, and taking it back.
'use strict';
const assert = require('node:assert/strict');
const fs = require('node:fs');
const { suite } = require('./suite');
const { waitFor } = require('./world');

const people = (start, count) => Array.from({ length: count }, (_, i) => `${start}${String(i).padStart(3, '0')}@example.com`);

const { as, shared } = suite(async (world) => {
  for (const start of ['flow', 'typo', 'back']) {
    const events = people(start, start === 'flow' ? 40 : 60).map((email) => ({ account: 'walkins', type: 'unsubscribe', email }));
    await world.ask('POST', 'events', events);
  }
  await world.event('hard_bounce', 'flow-bounced@example.com', 'walkins');
  await world.import('walkins', people('quiet', 12).map((email) => [email, '']));
});

async function selectAll(page, text) {
  await page.getByRole('searchbox').fill(text);
  await waitFor(async () => (await page.locator('tbody th a').allTextContents()).every((one) => one.startsWith(text)), 'the list follows');
  await page.getByLabel('Select everybody on this page').click();
  await page.getByRole('button', { name: 'Select everything that matches' }).click();
  await page.getByText('everything that matched').first().waitFor();
}

async function choose(page, action) {
  await page.getByRole('button', { name: 'Bulk actions' }).click();
  await page.getByRole('menuitem', { name: action }).click();
  await page.getByRole('heading', { name: 'Confirm' }).waitFor();
}

async function confirm(page, count) {
  await page.getByLabel(/have given permission/).check();
  await page.getByLabel('How and when they gave it').fill('signed up again at the open day');
  await page.getByLabel(/^Type /).fill(String(count));
}

const mailable = async (world, text) => {
  const { items } = await world.get(`contacts?account=walkins&q=${text}&limit=1000`);
  return items.filter((one) => one.mailable).length;
};

const jobOf = (page) => new URL(page.url()).pathname.split('/').pop();

as('operator', '/contacts?account=walkins', 'filter → select all → Bulk actions → Resubscribe → tick → Resubscribe', async (page, world) => {
  await page.getByLabel('Status').selectOption('unsubscribed');
  await selectAll(page, 'flow');
  await page.getByText('41 contacts selected').waitFor();
  await choose(page, 'Resubscribe…');
  const would = page.getByRole('region', { name: 'What would happen' });
  await would.getByText('40').first().waitFor();
  await would.getByText(/support/i).first().waitFor();
  assert.equal(await mailable(world, 'flow'), 0);
  await confirm(page, 41);
  await page.getByRole('button', { name: /^Resubscribe/ }).click();
  await page.waitForURL(/\/jobs\/j/);
  await page.getByText('Done').first().waitFor();
  await waitFor(async () => (await mailable(world, 'flow')) === 40, 'forty are subscribed');
  await page.getByRole('row', { name: /flow-bounced/ }).getByText('Hard bounce').waitFor();
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'Outcomes as CSV' }).click()]);
  const lines = fs.readFileSync(await download.path(), 'utf8').trim().split('\r\n');
  assert.equal(lines.length, 42);
  await page.reload();
  await page.getByRole('row', { name: /flow-bounced/ }).waitFor();
});

as('operator', '/contacts?account=walkins', 'a wrong count, no tick or no statement, and nothing happens', async (page, world) => {
  await selectAll(page, 'typo');
  await choose(page, 'Resubscribe…');
  const go = page.getByRole('button', { name: /^Resubscribe/ });
  await page.getByLabel(/^Type /).fill('59');
  await go.click();
  await page.getByText('That is not 60.').waitFor();
  await page.getByText(/Tick the box only if you have it/).waitFor();
  assert.equal(await mailable(world, 'typo'), 0);
  await confirm(page, 60);
  await go.click();
  await page.waitForURL(/\/jobs\/j/);
  await waitFor(async () => (await mailable(world, 'typo')) === 60, 'sixty are subscribed');
});

as('operator', '/contacts?account=walkins', 'a job is taken back, after a look at what that would do', async (page, world) => {
  await selectAll(page, 'back');
  await choose(page, 'Resubscribe…');
  await confirm(page, 60);
  await page.getByRole('button', { name: /^Resubscribe/ }).click();
  await page.waitForURL(/\/jobs\/j/);
  const job = jobOf(page);
  await page.getByRole('link', { name: 'Undo…' }).click();
  await page.getByRole('heading', { name: 'What would happen' }).waitFor();
  assert.equal(await mailable(world, 'back'), 60);
  await page.getByLabel(/^Type /).fill('60');
  await page.getByRole('button', { name: /^Undo/ }).click();
  await page.waitForURL((url) => /\/jobs\/j/.test(url.pathname) && !url.pathname.endsWith('/' + job));
  await waitFor(async () => (await mailable(world, 'back')) === 0, 'they are as they were');
});

as('operator', '/contacts?account=walkins', 'chosen by the keys, unsubscribed together', async (page, world) => {
  await page.getByRole('searchbox').fill('quiet');
  await waitFor(async () => (await page.locator('tbody th a').count()) === 12, 'twelve found');
  await page.keyboard.press('Escape');
  for (const key of ['j', 'x', 'j', 'x', 'j', 'x']) await page.keyboard.press(key);
  await page.getByText('3 contacts selected').waitFor();
  await choose(page, 'Unsubscribe…');
  await page.getByLabel(/^Type /).fill('3');
  await page.getByRole('button', { name: /^Unsubscribe/ }).click();
  await page.waitForURL(/\/jobs\/j/);
  await waitFor(async () => (await mailable(world, 'quiet')) === 9, 'three are unsubscribed');
});

as('operator', '/jobs?account=walkins', 'what was done in bulk is listed, and each leads to its outcomes', async (page) => {
  await page.getByRole('link', { name: /Undo/ }).first().click();
  await page.getByRole('heading', { name: 'Contact by contact' }).waitFor();
  assert.match(page.url(), /\/jobs\/j/);
});

as('operator', '/contacts?account=archive', 'an account that forbids it says so before anybody confirms', async (page) => {
  await shared.world.event('unsubscribe', 'old@example.com', 'archive');
  await page.reload();
  await page.getByLabel('Select everybody on this page').click();
  await page.getByRole('button', { name: 'Bulk actions' }).click();
  await page.getByRole('menuitem', { name: 'Resubscribe…' }).click();
  await page.getByText('Nobody would be changed').waitFor();
});
