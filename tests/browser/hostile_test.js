// Names in other scripts, names without end, and markup in every field that somebody outside can fill: shown as text,
// nothing runs, nothing grows wider than the screen.
'use strict';
const assert = require('node:assert/strict');
const { suite } = require('./suite');

const SCRIPT = '<script>document.title="taken"</script><img src=x onerror="document.title=\'taken\'">';
const LONG = 'Wolfeschlegelsteinhausenbergerdorff'.repeat(6).slice(0, 200);
const NAMES = { 'arabic@example.com': 'محمد بن عبد الله', 'chinese@example.com': '王小明', 'long@example.com': LONG, 'markup@example.com': SCRIPT,
  'mixed@example.com': 'Ann ‮lebA‬ مرحبا', 'spaced@example.com': `${'word '.repeat(40)}end` };

let ids = {};
const { as } = suite(async (world) => {
  await world.import('walkins', Object.entries(NAMES));
  for (const email of Object.keys(NAMES)) {
    const event = { account: 'walkins', type: 'unsubscribe', email, source: SCRIPT.slice(0, 200), evidence: { [SCRIPT]: SCRIPT, long: LONG } };
    await world.ask('POST', 'events', event);
    ids[email] = (await world.contact(email, 'walkins')).id;
  }
  await world.ask('POST', `contacts/${ids['markup@example.com']}/unsubscribe`, { note: SCRIPT });
  const confirmation = { permission: true, statement: SCRIPT };
  await world.ask('POST', `contacts/${ids['markup@example.com']}/resubscribe`, { confirmation });
  await world.ask('POST', 'contacts/unsubscribe', { account: 'walkins', email: 'markup@example.com', note: SCRIPT });
  await world.inHubspot({ do: 'create', email: 'crm@example.com', first: SCRIPT, last: LONG });
  await world.inHubspot({ do: 'opt_out', email: 'crm@example.com' });
  await world.sync('lakeside-hubspot');
  const selection = await world.ask('POST', 'selections', { account: 'walkins', filter: { q: '<script>' } });
  const job = await world.ask('POST', 'jobs', { kind: 'unsubscribe', selection: selection.id, note: SCRIPT });
  ids.job = (await world.job(job.id)).id;
});

async function harmless(page) {
  await page.waitForFunction(() => !document.querySelector('[aria-busy=true]'));
  assert.notEqual(await page.title(), 'taken');
  assert.equal(await page.locator('main script, main img').count(), 0);
  const [wide, room] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
  assert.ok(wide <= room, `${wide} px on a screen of ${room}`);
}

for (const size of ['wide', 'phone']) {
  as('admin', '/contacts?account=walkins', `the list shows them as they are, ${size}`, async (page) => {
    for (const name of Object.values(NAMES)) await page.getByRole('link', { name: name.trim().slice(0, 60) }).first().waitFor();
    await harmless(page);
  }, { size });

  as('admin', '/contacts?account=walkins', `profile, timeline and evidence, ${size}`, async (page) => {
    for (const email of Object.keys(NAMES)) {
      await page.goto(`/contacts/${ids[email]}?account=walkins`);
      await page.getByRole('heading', { level: 1, name: NAMES[email].trim().slice(0, 40) }).waitFor();
      await harmless(page);
    }
  }, { size });

  as('admin', '/overview?account=lakeside', `what a CRM calls its contacts, ${size}`, async (page) => {
    const field = page.getByRole('combobox', { name: 'Find a contact' });
    await field.fill('<script>');
    await page.getByRole('listbox', { name: 'Contacts found' }).getByRole('option').first().waitFor();
    await harmless(page);
    await field.press('Enter');
    await page.getByRole('heading', { level: 1, name: /<script>/ }).waitFor();
    await harmless(page);
  }, { size });

  as('admin', '/audit?account=walkins', `the audit log and a job, ${size}`, async (page) => {
    await page.getByRole('row').nth(1).waitFor();
    await harmless(page);
    await page.goto(`/jobs/${ids.job}?account=walkins`);
    await page.getByText('<script>').first().waitFor();
    await harmless(page);
  }, { size });
}

as('admin', `/contacts?account=walkins&q=${encodeURIComponent(SCRIPT)}`, 'an address that somebody else has made', async (page) => {
  await page.getByRole('searchbox').waitFor();
  assert.equal(await page.getByRole('searchbox').inputValue(), SCRIPT);
  await harmless(page);
});
