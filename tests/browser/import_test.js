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

// A file that lists one of many: above the limits, so somebody is asked.
async function leaveOutMany(page, world) {
  await world.import('walkins', Array.from({ length: 80 }, (_, i) => [`many${i}@example.com`, '']));
  await choose(page, 'email\nbea@example.com\n');
  await page.getByLabel(/Unsubscribe everybody who is not in this file/).check();
  await page.getByRole('button', { name: 'Import', exact: true }).click();
  await page.waitForURL(/\/jobs\/j/);
  await page.getByRole('link', { name: /^Job j/ }).click();
  await page.getByText('This job waits for you').waitFor();
  assert.equal((await world.contact('many1@example.com', 'walkins')).status, 'on_hold');
}

as('operator', IMPORT, 'who is not in the file is on hold above the limits; rejected after a second look', async (page, world) => {
  await leaveOutMany(page, world);
  await page.getByRole('button', { name: 'Reject' }).click();
  const dialog = page.getByRole('dialog', { name: /^Reject job j\d+\?$/ });
  await dialog.getByText('the contacts are released from hold and stay as they were').waitFor();
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  assert.equal((await world.contact('many1@example.com', 'walkins')).status, 'on_hold');
  await page.getByRole('button', { name: 'Reject' }).click();
  await dialog.getByRole('button', { name: 'Reject the job' }).click();
  await waitFor(async () => (await world.contact('many1@example.com', 'walkins')).mailable, 'nobody is on hold any more');
  await page.getByText('Rejected', { exact: true }).first().waitFor();
});

as('operator', IMPORT, 'approved, whoever is not in the file is unsubscribed', async (page, world) => {
  await leaveOutMany(page, world);
  await page.getByRole('button', { name: 'Approve' }).click();
  const dialog = page.getByRole('dialog', { name: /^Approve job j\d+\?$/ });
  await dialog.getByText('unsubscribes the contacts that the file does not list').waitFor();
  await dialog.getByRole('button', { name: 'Approve the job' }).click();
  await waitFor(async () => (await world.contact('many1@example.com', 'walkins')).reason === 'archived', 'they are archived');
  assert.equal((await world.contact('bea@example.com', 'walkins')).mailable, true);
});

as('operator', '/import?account=harbour', 'an account with a CRM takes no file, and says where its contacts come from', async (page) => {
  await page.getByText('A CRM manages the contacts of this account').waitFor();
});

// A file on a line so slow that it would take a minute; the preview came before.
async function beginSlowly(page) {
  await choose(page, ['email', ...Array.from({ length: 100_000 }, (_, i) => `slow${i}@example.com`)].join('\n') + '\n');
  await page.getByRole('row', { name: /slow1@example.com/ }).waitFor();
  const session = await page.context().newCDPSession(page);
  const line = { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: 40_000 };
  await session.send('Network.enable');
  await session.send('Network.emulateNetworkConditions', line);
  await page.getByRole('button', { name: 'Import', exact: true }).click();
  await page.getByText(/Sending the file: .+ of 2.+ \([1-9]\d?%\)/).waitFor();
}

const imports = async (world) => (await world.get('jobs?account=walkins')).items.length;

as('operator', IMPORT, 'an upload shows how far it is, and can be stopped', async (page, world) => {
  const before = await imports(world);
  await beginSlowly(page);
  await page.getByRole('progressbar', { name: 'Upload of the file' }).waitFor();
  await page.getByRole('button', { name: 'Stop the upload' }).click();
  await page.getByText('The upload was stopped. Nothing was imported.').waitFor();
  await page.getByText('Drop a CSV file here').waitFor();
  assert.equal(await imports(world), before);
});

as('operator', IMPORT, 'while it uploads the page asks before it is closed; another view stops it', async (page, world) => {
  const before = await imports(world);
  await beginSlowly(page);
  const [question] = await Promise.all([page.waitForEvent('dialog'), page.close({ runBeforeUnload: true })]);
  assert.equal(question.type(), 'beforeunload');
  await question.dismiss();
  await page.getByRole('link', { name: 'Contact list' }).click();
  await page.getByText('The upload was stopped. Nothing was imported.').waitFor();
  assert.equal(await imports(world), before);
});

as('operator', IMPORT, 'a job that is opened under another account shows under its own', async (page, world) => {
  const [job] = (await world.get('jobs?account=walkins')).items;
  await page.goto(`/jobs/${job.id}?account=harbour`);
  await page.waitForURL(/account=walkins/);
  await page.getByRole('button', { name: /Walk-ins/ }).waitFor();
  await page.getByRole('heading', { level: 1, name: job.id }).waitFor();
});
