// The profile of a contact: why, what to do next, and Manage subscription.
'use strict';
const assert = require('node:assert/strict');
const { suite } = require('./suite');
const { waitFor } = require('./world');

const { as } = suite(async (world) => {
  await world.import('walkins', [['ann@example.com', 'Ann Abel'], ['bea@example.com', 'Bea Baker'], ['carl@example.com', 'Carl Clark'],
    ['dora@example.com', 'Dora Dale'], ['emil@example.com', 'Emil Ellis'], ['finn@example.com', 'Finn Frost']]);
  for (const name of ['ann', 'dora', 'finn']) await world.event('unsubscribe', name + '@example.com', 'walkins');
  await world.unsubscribe('bea@example.com', 'walkins');
  await world.event('hard_bounce', 'carl@example.com', 'walkins');
  await world.event('unsubscribe', 'gone@example.com', 'archive');
  await world.inHubspot({ do: 'create', email: 'iris@example.com', first: 'Iris', last: 'Irving' });
  await world.inHubspot({ do: 'create', email: 'jack@example.com', first: 'Jack', last: 'Jones' });
  await world.inHubspot({ do: 'opt_out', email: 'iris@example.com' });
  await world.sync('lakeside-hubspot');
});

async function find(page, typed, name) {
  const field = page.getByRole('combobox', { name: 'Find a contact' });
  await field.fill(typed);
  await page.getByRole('option', { name }).click();
  await page.getByRole('heading', { name, level: 1 }).waitFor();
}

async function manage(page) {
  await page.getByRole('button', { name: 'Manage subscription' }).click();
  return page.getByRole('dialog', { name: 'Manage subscription' });
}

// The switch's box is drawn over: its label is what people click.
const toggle = (dialog) => dialog.getByText('Receives e-mail').click();

as('operator', '/overview?account=walkins', 'quick search → profile → Manage subscription → toggle → Apply → tick → Resubscribe',
  async (page, world) => {
    await find(page, 'ann', /Ann Abel/);
    await page.getByText(/unsubscribed/i).first().waitFor();
    const dialog = await manage(page);
    await toggle(dialog);
    await dialog.getByRole('button', { name: 'Apply' }).click();
    assert.equal((await world.contact('ann@example.com', 'walkins')).mailable, false);
    await dialog.getByLabel(/has given permission/).check();
    await dialog.getByLabel('How and when they gave it').fill('asked for it at the open day');
    await dialog.getByRole('button', { name: 'Resubscribe' }).click();
    await dialog.waitFor({ state: 'hidden' });
    assert.equal((await world.contact('ann@example.com', 'walkins')).mailable, true);
    const { items } = await world.get('contacts/ann@example.com/timeline?account=walkins');
    assert.deepEqual([items.at(-1).who, items.at(-1).from, items.at(-1).detail.statement], ['token operator', 'console', 'asked for it at the open day']);
    await page.getByText('Nothing is against mailing this contact.').waitFor();
  });

as('operator', '/overview?account=walkins', 'without the tick and the statement nobody is subscribed again', async (page, world) => {
  await find(page, 'dora', /Dora Dale/);
  const dialog = await manage(page);
  await toggle(dialog);
  await dialog.getByRole('button', { name: 'Apply' }).click();
  await dialog.getByRole('button', { name: 'Resubscribe' }).click();
  await dialog.getByText(/Tick the box only if you have it/).waitFor();
  await dialog.getByText('Say how and when the permission was given.').waitFor();
  assert.equal((await world.contact('dora@example.com', 'walkins')).reason, 'contact');
});

as('operator', '/overview?account=walkins', 'what an operator set is lifted with Apply alone', async (page, world) => {
  await find(page, 'bea', /Bea Baker/);
  const dialog = await manage(page);
  await toggle(dialog);
  await dialog.getByRole('button', { name: 'Apply' }).click();
  await dialog.waitFor({ state: 'hidden' });
  assert.equal((await world.contact('bea@example.com', 'walkins')).mailable, true);
});

as('operator', '/overview?account=walkins', 'an operator unsubscribes with a note, and the log has it', async (page, world) => {
  await find(page, 'emil', /Emil Ellis/);
  const dialog = await manage(page);
  await toggle(dialog);
  await dialog.getByLabel('Why (optional)').fill('asked on the phone');
  await dialog.getByRole('button', { name: 'Apply' }).click();
  await dialog.waitFor({ state: 'hidden' });
  const contact = await world.contact('emil@example.com', 'walkins');
  assert.deepEqual([contact.reason, contact.suppressions[0].evidence.note], ['manual', 'asked on the phone']);
});

as('operator', '/overview?account=walkins', 'what only support may lift: the same place says so, and offers nothing', async (page) => {
  await find(page, 'carl', /Carl Clark/);
  const dialog = await manage(page);
  await dialog.getByText('This cannot be changed here').waitFor();
  await dialog.getByText(/support/i).first().waitFor();
  assert.equal(await dialog.getByRole('button', { name: 'Apply' }).count(), 0);
});

as('support', '/overview?account=walkins', 'support lifts it with a ticket and the permission', async (page, world) => {
  await find(page, 'carl', /Carl Clark/);
  const dialog = await manage(page);
  await dialog.getByRole('button', { name: 'Lift with a ticket…' }).click();
  await dialog.getByLabel('Ticket', { exact: true }).fill('T-17');
  await dialog.getByLabel(/has given permission/).check();
  await dialog.getByLabel('How and when they gave it').fill('a new mailbox');
  await dialog.getByRole('button', { name: 'Lift', exact: true }).click();
  await dialog.waitFor({ state: 'hidden' });
  assert.equal((await world.contact('carl@example.com', 'walkins')).mailable, true);
});

as('operator', '/contacts?account=archive', 'an account that forbids it says so in the same place', async (page) => {
  await page.getByRole('link', { name: 'gone@example.com' }).click();
  const dialog = await manage(page);
  await dialog.getByText('This cannot be changed here').waitFor();
  await dialog.getByText(/allowed/).first().waitFor();
});

as('operator', '/overview?account=lakeside', 'integrated: the CRM opted out, so it names the record, and re-activating it there subscribes',
  async (page, world) => {
    await find(page, 'iris', /Iris Irving/);
    await page.getByText(/Re-activate/).first().waitFor();
    const dialog = await manage(page);
    await dialog.getByText('This cannot be changed here').waitFor();
    await page.keyboard.press('Escape');
    await world.inHubspot({ do: 'opt_out', email: 'iris@example.com', opted_out: false });
    await world.sync('lakeside-hubspot');
    await page.getByText('Nothing is against mailing this contact.').waitFor();  // live, by the change feed
  });

as('operator', '/overview?account=lakeside', 'integrated: unsubscribing here tells the CRM, and the page shows when it has it', async (page, world) => {
  await find(page, 'jack', /Jack Jones/);
  const dialog = await manage(page);
  await toggle(dialog);
  await dialog.getByRole('button', { name: 'Apply' }).click();
  await dialog.waitFor({ state: 'hidden' });
  const pushes = page.getByRole('region', { name: 'Told to the CRM' }).last();
  await pushes.getByText('Opt-out').waitFor();
  await waitFor(async () => {
    const { items } = await world.get('outbox?connection=lakeside-hubspot');
    return items.length === 0 || items.every((one) => one.state === 'acknowledged');
  }, 'HubSpot knows');
});

as('operator', '/overview?account=walkins', 'with the keys alone: find, open, m, Space, Enter, and the focus comes back', async (page, world) => {
  await page.keyboard.press('/');
  await page.keyboard.type('finn');
  await page.getByRole('option', { name: /Finn Frost/ }).waitFor();
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: /Finn Frost/, level: 1 }).waitFor();
  await page.keyboard.press('m');
  const dialog = page.getByRole('dialog', { name: 'Manage subscription' });
  await dialog.getByRole('switch').focus();
  await page.keyboard.press('Space');
  await page.keyboard.press('Enter');
  await dialog.getByLabel(/has given permission/).focus();
  await page.keyboard.press('Space');
  await page.keyboard.press('Tab');
  await page.keyboard.type('by mail');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await dialog.waitFor({ state: 'hidden' });
  assert.equal((await world.contact('finn@example.com', 'walkins')).mailable, true);
  // Back where it was: on what the view is about.
  assert.match(await page.evaluate(() => document.activeElement?.textContent ?? ''), /^Finn Frost/);
});
