// The contact list: finding, filtering, sorting, turning pages, choosing; and Resubscribe in the menu of a row.
'use strict';
const assert = require('node:assert/strict');
const { suite } = require('./suite');
const { waitFor } = require('./world');

const { as } = suite(async (world) => {
  const people = Array.from({ length: 120 }, (_, i) => [`person${String(i).padStart(3, '0')}@example.com`, `Person ${String(i).padStart(3, '0')}`]);
  await world.import('walkins', [...people, ['ann@example.com', 'Ann Abel'], ['bea@example.com', 'Bea Baker'], ['zoe@example.com', 'Zoë Ümit']]);
  await world.event('unsubscribe', 'ann@example.com', 'walkins');
  await world.unsubscribe('bea@example.com', 'walkins');
  await world.event('hard_bounce', 'zoe@example.com', 'walkins');
});
const LIST = '/contacts?account=walkins';

const links = (page) => page.locator('tbody th a');
const shown = (page) => links(page).allTextContents();
const rows = (page, names) => waitFor(async () => JSON.stringify(await shown(page)) === JSON.stringify(names), 'the rows ' + names);

as('operator', LIST, 'a search finds by a part of the name or address, without its accents', async (page) => {
  await page.getByRole('searchbox').fill('umit');
  await rows(page, ['Zoë Ümit']);
  await page.getByRole('searchbox').fill('bea@');
  await rows(page, ['Bea Baker']);
  assert.match(page.url(), /q=bea%40/);
});

as('operator', LIST, 'filters narrow it, stand in the address, and are cleared at once', async (page) => {
  await page.getByLabel('Status').selectOption('unsubscribed');
  await rows(page, ['Ann Abel', 'Bea Baker', 'Zoë Ümit']);
  await page.getByLabel('Reason').selectOption('hard_bounce');
  await rows(page, ['Zoë Ümit']);
  assert.match(page.url(), /reason=hard_bounce/);
  await page.reload();
  await rows(page, ['Zoë Ümit']);
  await page.getByRole('button', { name: 'Clear filters' }).click();
  await waitFor(async () => (await shown(page)).length > 20, 'everybody again');
  assert.doesNotMatch(page.url(), /reason=/);
});

as('operator', LIST + '&status=unsubscribed', 'it is sorted by its columns', async (page) => {
  await page.getByRole('button', { name: 'Last change' }).click();
  await rows(page, ['Zoë Ümit', 'Bea Baker', 'Ann Abel']);
  await page.getByRole('button', { name: 'Name' }).click();
  await rows(page, ['Ann Abel', 'Bea Baker', 'Zoë Ümit']);
  assert.match(page.url(), /sort=name/);
});

as('operator', LIST, 'pages are turned, there and back', async (page) => {
  await links(page).first().waitFor();
  const first = await shown(page);
  await page.getByRole('button', { name: 'Next' }).click();
  await waitFor(async () => (await shown(page))[0] !== first[0], 'the next page');
  const second = await shown(page);
  assert.equal(second.filter((one) => first.includes(one)).length, 0);
  await page.getByRole('button', { name: 'Previous' }).click();
  await rows(page, first);
});

as('operator', LIST + '&q=person', 'shift chooses from one to the other, and the count stays in sight', async (page) => {
  await page.getByLabel('Select Person 001', { exact: true }).click();
  await page.getByLabel('Select Person 004', { exact: true }).click({ modifiers: ['Shift'] });
  const bar = page.getByRole('region', { name: 'Selection' });
  await bar.getByText('4 contacts selected').waitFor();
  await bar.getByRole('button', { name: 'Select everything that matches' }).click();
  await bar.getByText('120 contacts selected').waitFor();
  await bar.getByRole('button', { name: 'Clear selection' }).click();
  await bar.waitFor({ state: 'detached' });
});

as('operator', LIST, 'list row → more → Resubscribe: what an operator set needs no more', async (page, world) => {
  await page.getByRole('searchbox').fill('bea');
  await page.getByRole('button', { name: 'More for Bea Baker' }).click();
  await page.getByRole('menuitem', { name: 'Resubscribe…' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name: 'Apply' }).click();
  await waitFor(async () => (await world.contact('bea@example.com', 'walkins')).mailable, 'Bea is subscribed');
  await world.unsubscribe('bea@example.com', 'walkins');
});

as('operator', LIST, 'list row → more → Resubscribe: what only support may lift says so', async (page, world) => {
  await page.getByRole('searchbox').fill('umit');
  await page.getByRole('button', { name: 'More for Zoë Ümit' }).click();
  await page.getByRole('menuitem', { name: 'Resubscribe…' }).click();
  await page.getByRole('dialog').getByText(/support/i).first().waitFor();
  assert.equal((await world.contact('zoe@example.com', 'walkins')).reason, 'hard_bounce');
});

as('operator', LIST, 'with the keys alone: search, move, select, open', async (page) => {
  await page.keyboard.press('/');
  await page.keyboard.type('person 01');
  await waitFor(async () => (await shown(page)).length === 10, 'ten found');
  await page.keyboard.press('Escape');
  await page.keyboard.press('j');
  await page.keyboard.press('j');
  await page.keyboard.press('x');
  await page.getByText('1 contact selected').waitFor();
  await page.keyboard.press('k');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Person 010' }).waitFor();
  await page.keyboard.press('?');
  await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor();
  await page.keyboard.press('Escape');
  await page.keyboard.press('g');
  await page.keyboard.press('o');
  await page.getByRole('heading', { name: 'Overview' }).waitFor();
});
