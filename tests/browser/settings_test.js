// Settings: the configuration as it is in force, and tokens for administrators.
'use strict';
const assert = require('node:assert/strict');
const { createHash } = require('node:crypto');
const { suite } = require('./suite');

const { as } = suite();

as('operator', '/settings?account=harbour', 'accounts, connections and limits are shown, tokens are not', async (page) => {
  await page.getByText('10%, at least 25, at most 5,000 contacts').first().waitFor();
  await page.getByText('opt-outs', { exact: true }).first().waitFor();
  assert.equal(await page.getByRole('button', { name: 'New token…' }).count(), 0);
});

as('admin', '/settings?account=walkins', 'a token is made in the browser and shown once; the configuration decides about it', async (page, world) => {
  await page.getByRole('button', { name: 'New token…' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Name').fill('Ann');
  await dialog.getByRole('button', { name: 'Make the token' }).click();
  const token = await dialog.getByText(/^crmsync_/).textContent();
  const line = await dialog.getByText(/sha256:/).textContent();
  assert.match(token, /^crmsync_[0-9a-f]{64}$/);
  assert.ok(line.includes(createHash('sha256').update(token).digest('hex')), line);
  assert.ok(!line.includes(token));
  const refused = await fetch(world.url + '/api/v1/status', { headers: { Authorization: 'Bearer ' + token } });
  assert.equal(refused.status, 401);  // nothing was sent: the configuration decides
});
