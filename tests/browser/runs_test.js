// A run by itself: while it works, what it says of itself, and whose it is.
'use strict';
const assert = require('node:assert/strict');
const { suite } = require('./suite');
const { waitFor } = require('./world');

const { as } = suite(async (world) => {
  await world.inHubspot({ do: 'create', email: 'ann@example.com', first: 'Ann', last: 'Abel' });
  await waitFor(async () => (await world.get('status')).connections.every((one) => one.state !== 'running' && one.last_run),
    'the first syncs are over');
});

const fault = (world, method, body) => fetch(world.crm + '/_control/faults', { method, body: body && JSON.stringify(body) });

as('operator', '/syncs/lakeside-hubspot?account=lakeside', 'while it runs it says so, and not that nothing changed', async (page, world) => {
  await fault(world, 'POST', { kind: 'latency', number: 3000 });
  await page.getByRole('button', { name: 'Sync now' }).click();
  await page.getByRole('link', { name: 'Running' }).click();
  await page.getByText('is reading the CRM').waitFor();
  await page.getByText('Nothing yet.').waitFor();
  assert.equal(await page.getByText(/no changes|changed nobody/).count(), 0);
  await fault(world, 'DELETE');
  await page.getByText(/^A sync of changes that a person started read \d+ records?: /).waitFor();
});

as('viewer', '/overview?account=walkins', 'opened under another account it shows under its own', async (page, world) => {
  const run = await world.sync('harbour-csv');
  await page.goto(`/runs/${run.id}?account=walkins`);
  await page.waitForURL(/account=harbour/);
  await page.getByRole('button', { name: /Harbour Realty/ }).waitFor();
  await page.getByText('A full sync that a person started read 0 records: no changes.').waitFor();
});
