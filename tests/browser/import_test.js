// Import: a file in, a preview, the meaning of its columns, a result for each row.
'use strict';
const assert = require('node:assert/strict');
const { suite } = require('./suite');
const { waitFor } = require('./world');

const { as } = suite(async (world) => {
  await world.import('walkins', [['ann@example.com', 'Ann Abel'], ['bea@example.com', 'Bea Baker']]);
  await world.event('unsubscribe', 'ann@example.com', 'walkins');
});

const IMPORT = '/import?account=walkins';

function file(text, name = 'people.csv') {
  return { name, mimeType: 'text/csv', buffer: Buffer.from(text) };
}

const choose = (page, text) => page.getByLabel('Choose a CSV file').setInputFiles(file(text));

as('operator', IMPORT, 'a file is previewed, imported, and its rows have their results', async (page, world) => {
  await choose(page, 'Email,First Name\nann@example.com,Ann\ncarl@example.com,Carl\nnot an address,Nobody\n');
  await page.getByRole('row', { name: /carl@example.com/ }).waitFor();
  assert.equal((await world.get('contacts?account=walkins&q=carl')).items.length, 0);
  await page.getByRole('button', { name: 'Import', exact: true }).click();
  await page.waitForURL(/\/jobs\/j/);
  await page.getByText('Done', { exact: true }).first().waitFor();
  await page.getByRole('heading', { name: 'Rows that were not taken: 1' }).waitFor();
  await page.getByRole('row', { name: /^4 / }).waitFor();
  assert.equal((await world.contact('carl@example.com', 'walkins')).mailable, true);
  assert.equal((await world.contact('ann@example.com', 'walkins')).reason, 'contact');  // a file lifts nothing
});

as('operator', IMPORT, 'columns with names of their own are mapped', async (page, world) => {
  await choose(page, 'Kontakt,Wer\ndora@example.com,Dora\n');
  await page.getByLabel('Column of the addresses').selectOption('Kontakt');
  await page.getByLabel('Column of the names').selectOption('Wer');
  await page.getByRole('row', { name: /dora@example.com Dora/ }).waitFor();
  await page.getByRole('button', { name: 'Import', exact: true }).click();
  await page.waitForURL(/\/jobs\/j/);
  await waitFor(async () => (await world.get('contacts?account=walkins&q=dora')).items[0]?.name === 'Dora', 'Dora is here');
});

as('operator', IMPORT, 'a file that is dropped is taken like one that is chosen', async (page) => {
  const data = await page.evaluateHandle(() => {
    const transfer = new DataTransfer();
    transfer.items.add(new File(['email\nemil@example.com\n'], 'dropped.csv', { type: 'text/csv' }));
    return transfer;
  });
  await page.getByText('Drop a CSV file here').dispatchEvent('drop', { dataTransfer: data });
  await page.getByText('dropped.csv').waitFor();
  await page.getByRole('row', { name: /emil@example.com/ }).waitFor();
});

as('operator', IMPORT, 'who is not in the file is unsubscribed where that is asked for, and held above the limits', async (page, world) => {
  await world.import('walkins', Array.from({ length: 80 }, (_, i) => [`many${i}@example.com`, '']));
  await choose(page, 'email\nbea@example.com\n');
  await page.getByLabel(/Unsubscribe everybody who is not in this file/).check();
  await page.getByRole('button', { name: 'Import', exact: true }).click();
  await page.waitForURL(/\/jobs\/j/);
  await page.getByRole('link', { name: /^Job j/ }).click();
  await page.getByText('This job waits for you').waitFor();
  assert.equal((await world.contact('many1@example.com', 'walkins')).status, 'on_hold');
  await page.getByRole('button', { name: 'Reject' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Reject the job' }).click();
  await waitFor(async () => (await world.contact('many1@example.com', 'walkins')).mailable, 'nobody is on hold any more');
});

as('operator', '/import?account=harbour', 'an account with a CRM takes no file, and says where its contacts come from', async (page) => {
  await page.getByText('A CRM manages the contacts of this account').waitFor();
});

as('operator', IMPORT, 'an upload shows how far it is, and can be stopped', async (page, world) => {
  const before = (await world.get('jobs?account=walkins')).items.length;
  await page.route(/\/api\/v1\/imports\?(?!.*preview)/, () => {});  // a line on which it never arrives
  await choose(page, 'email\nstopped@example.com\n');
  await page.getByRole('button', { name: 'Import', exact: true }).click();
  await page.getByRole('progressbar', { name: 'Upload of the file' }).waitFor();
  await page.getByRole('button', { name: 'Stop the upload' }).click();
  await page.getByRole('progressbar', { name: 'Upload of the file' }).waitFor({ state: 'detached' });
  await page.getByText('Drop a CSV file here').waitFor();
  assert.equal((await world.get('jobs?account=walkins')).items.length, before);
});

as('operator', IMPORT, 'a job that is opened under another account shows under its own', async (page, world) => {
  const [job] = (await world.get('jobs?account=walkins')).items;
  await page.goto(`/jobs/${job.id}?account=harbour`);
  await page.waitForURL(/account=walkins/);
  await page.getByRole('button', { name: /Walk-ins/ }).waitFor();
  await page.getByRole('heading', { level: 1, name: job.id }).waitFor();
});
