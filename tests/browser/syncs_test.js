// Syncs: connections and their health, sync now, a held run approved or rejected, what a run has changed, undo.
'use strict';
const assert = require('node:assert/strict');
const { row } = require('./lively');
const { suite } = require('./suite');
const { waitFor } = require('./world');

const { as } = suite(async (world) => {
  world.export(Array.from({ length: 100 }, (_, i) => row(i + 1)));
  await world.sync('harbour-csv');
});

const SYNCS = '/syncs?account=harbour';
const clients = (out) => Array.from({ length: 100 }, (_, i) => row(i + 1, out(i)));
const unsubscribed = async (world) => (await world.get('status')).accounts.find((one) => one.id === 'harbour').contacts.unsubscribed;
const onHold = async (world) => (await world.get('status')).accounts.find((one) => one.id === 'harbour').contacts.on_hold;

as('operator', SYNCS, 'Sync now: the run appears with what it did, and leads to its changes', async (page, world) => {
  world.export(clients((i) => i < 2));
  await page.getByRole('button', { name: 'Sync now' }).click();
  await page.getByRole('link', { name: /2 unsubscribed/ }).click();
  await page.getByRole('heading', { name: /^Run / }).waitFor();
  await page.getByRole('row', { name: /client001@.*Unsubscribed/ }).waitFor();
  assert.equal(await unsubscribed(world), 2);
});

as('operator', SYNCS, 'Full sync, and a look at what a sync would change', async (page, world) => {
  world.export(clients((i) => i < 3));
  await page.getByRole('button', { name: 'More for harbour-csv' }).click();
  await page.getByRole('menuitem', { name: /would change/ }).click();
  await page.getByRole('dialog').getByText(/1 unsubscribed/).waitFor();
  assert.equal(await unsubscribed(world), 2);
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'More for harbour-csv' }).click();
  await page.getByRole('menuitem', { name: 'Full sync' }).click();
  await waitFor(async () => (await unsubscribed(world)) === 3, 'the full sync');
});

as('operator', SYNCS, 'a connection is tested, each verdict in words', async (page) => {
  await page.getByRole('button', { name: 'More for harbour-csv' }).click();
  await page.getByRole('menuitem', { name: /^Test/ }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText('Everything that a sync needs is there.').waitFor();
  await dialog.getByRole('row', { name: /client001@example.com/ }).waitFor();
});

as('operator', '/overview?account=harbour', 'a mass change is held: seen in the overview, reviewed, rejected', async (page, world) => {
  world.export(clients((i) => i >= 3));
  await world.sync('harbour-csv');
  await page.getByRole('link', { name: /Review/ }).first().click();
  await page.getByText('This run waits for you').waitFor();
  await page.getByRole('row', { name: /client005/ }).getByText('On hold').waitFor();
  assert.ok((await onHold(world)) > 90);
  await page.getByRole('button', { name: 'Reject', exact: true }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Reject the run' }).click();
  await page.getByText('Rejected', { exact: true }).first().waitFor();
  await waitFor(async () => (await onHold(world)) === 0, 'nobody is on hold');
  assert.equal(await unsubscribed(world), 0);  // the three that the CRM re-activated were within the limits
});

as('operator', SYNCS, 'a held run is approved, and taken back after a look', async (page, world) => {
  world.export(clients(() => false));  // what was rejected is not proposed again before it has changed
  await world.sync('harbour-csv');
  world.export(clients((i) => i % 2 === 0));
  await world.sync('harbour-csv');
  await page.reload();
  await page.getByRole('link', { name: 'Review' }).click();
  await page.getByRole('button', { name: 'Approve', exact: true }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Approve the run' }).click();
  await page.getByText('Applied', { exact: true }).first().waitFor();
  await waitFor(async () => (await unsubscribed(world)) > 40, 'the changes are applied');
  await page.getByRole('link', { name: 'Undo…' }).click();
  await page.getByRole('heading', { name: 'What would happen' }).waitFor();
  await page.getByText(/CRM/).first().waitFor();
});

as('operator', '/syncs?account=lakeside', 'what fails says why, where it is looked for first', async (page, world) => {
  const stop = await fetch(world.crm + '/_control/faults', { method: 'POST', body: JSON.stringify({ kind: 'status', number: 401 }) });
  assert.ok(stop.ok, await stop.text());
  await page.getByRole('button', { name: 'Sync now' }).click();
  await page.getByText(/Stopped|Failing/).first().waitFor();
  await page.goto('/overview?account=lakeside');
  await page.getByText(/lakeside-hubspot (is stopped|fails)/).first().waitFor();
});

as('viewer', SYNCS, 'a viewer sees it all and starts nothing', async (page) => {
  await page.getByRole('link', { name: 'harbour-csv' }).first().waitFor();
  assert.equal(await page.getByRole('button', { name: 'Sync now' }).count(), 0);
});
