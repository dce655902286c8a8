// A token in, a session out; what a role may not do is not offered, and refused where somebody asks for it all the same.
'use strict';
const assert = require('node:assert/strict');
const { once } = require('node:events');
const http = require('node:http');
const { test } = require('node:test');
const { suite } = require('./suite');

const { as, shared } = suite();

async function enter(page, token) {
  await page.getByLabel('Access token').fill(token);
  await page.getByRole('button', { name: 'Sign in' }).click();
}

test('a token signs in, and leads to where one wanted to go', async () => {
  const page = await shared.browser.page(shared.world);
  await page.goto('/contacts?account=walkins');
  await enter(page, 'operator');
  await page.getByRole('heading', { name: 'Contact list' }).waitFor();
  assert.match(page.url(), /\/contacts\?account=walkins/);
  assert.deepEqual(page.complaints, []);
  await page.context().close();
});

test('a wrong token says so, and the right one is taken after it', async () => {
  const page = await shared.browser.page(shared.world);
  await page.goto('/');
  await enter(page, 'wrong');
  await page.getByText('This token is not known').first().waitFor();
  await enter(page, 'viewer');
  await page.getByRole('heading', { name: 'Overview' }).waitFor();
  await page.context().close();
});

test('the session is out of reach for scripts', async () => {
  const page = await shared.browser.signedIn(shared.world, 'viewer', '/');
  assert.equal(await page.evaluate(() => document.cookie), '');
  const [cookie] = await page.context().cookies();
  assert.deepEqual([cookie.httpOnly, cookie.sameSite], [true, 'Strict']);
  await page.context().close();
});

as('operator', '/', 'signing out ends the session', async (page) => {
  await page.getByRole('button', { name: /sign out/ }).click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await page.getByLabel('Access token').waitFor();
  await page.goto('/contacts');
  await page.getByLabel('Access token').waitFor();
});

as('operator', '/overview', 'a session that has ended leads to signing in, wherever one is', async (page) => {
  await page.context().clearCookies();
  await page.getByRole('link', { name: 'Contact list' }).click();
  await page.getByLabel('Access token').waitFor();
});

as('viewer', '/contacts?account=walkins', 'a viewer is offered nothing that changes something', async (page, world) => {
  await world.unsubscribe('viewed@example.com', 'walkins');
  await page.reload();
  await page.getByRole('link', { name: 'viewed@example.com' }).waitFor();
  assert.equal(await page.getByRole('checkbox').count(), 0);
  await page.getByRole('button', { name: 'More for viewed@example.com' }).click();
  assert.equal(await page.getByRole('menuitem', { name: 'Resubscribe…' }).count(), 0);
  const answer = await page.evaluate(() => fetch('/api/v1/contacts/viewed@example.com/resubscribe?account=walkins', {
    method: 'POST', headers: { 'X-Crmsyncd-Console': '1', 'Content-Type': 'application/json' }, body: '{}',
  }).then((one) => one.status));
  assert.equal(answer, 403);
});

as('operator', '/overview', 'another site cannot use the session', async (page) => {
  const elsewhere = http.createServer((_, response) => response.end('another origin on this machine')).listen(0, '127.0.0.1');
  await once(elsewhere, 'listening');
  const other = await page.context().newPage();
  await other.goto(`http://127.0.0.1:${elsewhere.address().port}/`);
  const answer = await other.evaluate((url) => fetch(url + '/api/v1/contacts/unsubscribe', {
    method: 'POST', credentials: 'include', headers: { 'Content-Type': 'text/plain' },
    body: JSON.stringify({ account: 'walkins', email: 'forged@example.com' }), mode: 'no-cors',
  }).then(() => 'sent', () => 'not sent'), shared.world.url);
  assert.equal(answer, 'sent');
  const found = await shared.world.get('contacts?account=walkins&q=forged');
  assert.deepEqual(found.items, []);
  elsewhere.close();
  elsewhere.closeAllConnections();
});
