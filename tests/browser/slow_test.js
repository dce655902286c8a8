// A daemon that takes two seconds for every answer, or fails: nothing flickers, nothing is sent twice, and every view says
// what is wrong and recovers.
'use strict';
const assert = require('node:assert/strict');
const { suite } = require('./suite');
const { waitFor } = require('./world');

const { as } = suite(async (world) => {
  await world.import('walkins', Array.from({ length: 120 }, (_, i) => [`person${String(i).padStart(3, '0')}@example.com`, `Person ${i}`]));
  await world.unsubscribe('person003@example.com', 'walkins');
});

const API = '**/api/v1/**';
const SLOW = 2000;  // milliseconds

// The feed of changes is a stream: only what is asked once is delayed.
function slowly(page) {
  return page.route(API, async (route) => {
    await new Promise((resolve) => setTimeout(resolve, SLOW));  // what is tested: an answer that takes this long
    await route.continue().catch(() => {});
  });
}

const problem = (route) => route.fulfill({
  status: 500, contentType: 'application/problem+json',
  body: JSON.stringify({ type: 'urn:crmsyncd:problem:internal', title: 'Something went wrong inside', status: 500, code: 'internal',
    detail: 'It is in the daemon’s log under 0123456789abcdef.', remedy: 'Repeat the request later.' }),
});

const VIEWS = ['overview', 'contacts', 'jobs', 'syncs', 'audit', 'settings', 'contacts/1'];

as('operator', '/settings?account=walkins', 'the first view waits in its shape, and comes', async (page) => {
  await slowly(page);
  await page.goto('/contacts?account=walkins', { waitUntil: 'commit' });
  await page.locator('[aria-busy=true]').first().waitFor();
  await page.getByRole('link', { name: 'Person 0', exact: true }).waitFor();
  assert.equal(await page.locator('main [aria-busy=true]').count(), 0);
});

as('operator', '/contacts?account=walkins', 'the rows stay until the next ones are there', async (page) => {
  const rows = page.locator('tbody th a');
  await rows.first().waitFor();
  await slowly(page);
  let empty = 0;
  await page.exposeFunction('sawNothing', () => { empty += 1; });
  await page.evaluate(() => new MutationObserver(() => {
    if (!document.querySelector('tbody th a')) window.sawNothing();
  }).observe(document.body, { childList: true, subtree: true }));
  await page.getByRole('button', { name: 'Next' }).click();
  await waitFor(async () => (await rows.first().textContent()) === 'Person 50', 'the next page');
  assert.equal(empty, 0);
});

as('operator', '/contacts?account=walkins', 'what is typed later wins, whichever answer comes first', async (page) => {
  await page.locator('tbody th a').first().waitFor();
  let asked = 0;
  await page.route('**/api/v1/contacts?**', async (route) => {
    asked += 1;
    if (asked === 1) await new Promise((resolve) => setTimeout(resolve, SLOW));  // the first answer comes last
    await route.continue().catch(() => {});
  });
  const search = page.getByRole('searchbox');
  await search.fill('person 1');
  await waitFor(() => asked === 1, 'the first question');
  await search.fill('person 2');
  await waitFor(async () => (await page.locator('tbody th a').first().textContent()) === 'Person 2', 'the second answer');
  await page.waitForResponse((response) => response.url().includes('person'), { timeout: SLOW * 2 }).catch(() => {});
  assert.equal(await page.locator('tbody th a').first().textContent(), 'Person 2');
});

as('operator', '/contacts?account=walkins', 'a second click sends nothing again', async (page, world) => {
  await page.getByRole('searchbox').fill('person003');
  await page.getByRole('button', { name: 'More for Person 3', exact: true }).click();
  await page.getByRole('menuitem', { name: 'Resubscribe…' }).click();
  const apply = page.getByRole('dialog').getByRole('button', { name: 'Apply' });
  await apply.waitFor();
  await waitFor(() => apply.isEnabled(), 'Apply can be pressed');
  await slowly(page);
  let sent = 0;
  page.on('request', (request) => { sent += request.method() === 'POST' && request.url().includes('/resubscribe') ? 1 : 0; });
  await apply.dblclick();
  await waitFor(async () => (await world.contact('person003@example.com', 'walkins')).mailable, 'the contact is subscribed');
  await page.getByRole('dialog').waitFor({ state: 'hidden' });
  assert.equal(sent, 1);
});

for (const view of VIEWS)
  as('admin', '/settings?account=walkins', `/${view} says what failed and recovers`, async (page) => {
    await page.route((url) => url.pathname.startsWith('/api/v1/') && !url.pathname.endsWith('/session'), problem);
    await page.goto(`/${view}?account=walkins`);
    await page.getByText('It is in the daemon’s log under').first().waitFor();
    await page.unrouteAll({ behavior: 'ignoreErrors' });
    await page.getByRole('button', { name: 'Try again' }).first().click();
    await page.getByText('It is in the daemon’s log under').first().waitFor({ state: 'detached' });
    await page.getByRole('heading', { level: 1 }).waitFor();
  });

as('operator', '/contacts?account=walkins', 'a daemon that is gone is said, and what is shown stays', async (page) => {
  await page.locator('tbody th a').first().waitFor();
  await page.route(API, (route) => route.abort());
  await page.getByRole('button', { name: 'Next' }).click();
  await page.getByText(/does not answer|could not be refreshed/).first().waitFor();
  await page.unrouteAll({ behavior: 'ignoreErrors' });
  await page.getByRole('button', { name: 'Try again' }).first().click();
  await waitFor(async () => (await page.locator('tbody th a').first().textContent()) === 'Person 50', 'the next page');
});
