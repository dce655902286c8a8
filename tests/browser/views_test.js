// Every view, light and dark, wide and on a phone: no violation of WCAG 2.2 AA that axe-core can see, nothing wider than the
// screen, and a picture of it in the build folder (screenshots/) for people to judge.
'use strict';
const assert = require('node:assert/strict');
const { test } = require('node:test');
const { SIZES, picture, violations } = require('./browser');
const { lively } = require('./lively');
const { suite } = require('./suite');

let ids;
const { shared } = suite(async (world) => {
  ids = await lively(world);
});

const at = (path, account = 'walkins') => () => `/${path}?account=${account}`;

async function manage(page) {
  await page.getByRole('button', { name: 'Manage subscription' }).click();
  await page.getByRole('dialog').getByRole('switch').waitFor();
}

async function select(page) {
  await page.getByLabel('Select everybody on this page').click();
  await page.getByRole('region', { name: 'Selection' }).waitFor();
}

async function preflight(page) {
  await page.getByRole('heading', { name: 'What would happen' }).waitFor();
  await page.getByText(/would be|Nobody would/).first().waitFor();
}

async function help(page) {
  await page.keyboard.press('?');
  await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor();
}

// [name, path, what to do there first]
const VIEWS = [
  ['overview', at('overview')],
  ['overview_integrated', at('overview', 'harbour')],
  ['contact_list', at('contacts')],
  ['contact_list_selected', at('contacts'), select],
  ['contact_list_nobody', () => '/contacts?account=walkins&q=nobodyhere'],
  ['profile', () => `/contacts/${ids.contact}?account=walkins`],
  ['profile_integrated', () => `/contacts/${ids.integrated}?account=lakeside`],
  ['manage', () => `/contacts/${ids.contact}?account=walkins`, manage],
  ['manage_integrated', () => `/contacts/${ids.integrated}?account=lakeside`, async (page) => {
    await page.getByRole('button', { name: 'Manage subscription' }).click();
    await page.getByText('This cannot be changed here').waitFor();
  }],
  ['bulk', () => `/bulk?account=walkins&action=unsubscribe&selection=${ids.selection}`, preflight],
  ['jobs', at('jobs')],
  ['job', () => `/jobs/${ids.job}?account=walkins`],
  ['syncs', at('syncs', 'harbour')],
  ['connection', at('syncs/harbour-csv', 'harbour')],
  ['run_held', () => `/runs/${ids.run}?account=harbour`],
  ['import', at('import')],
  ['import_integrated', at('import', 'harbour')],
  ['audit', at('audit')],
  ['settings', at('settings')],
  ['help', at('overview'), help],
  ['not_found', at('contacts/999999')],
];

async function settled(page) {
  await page.waitForFunction(() => !document.querySelector('[aria-busy=true], .skeleton'));
}

async function look(page, name, scheme, size) {
  await settled(page);
  await picture(page, `${name}-${SIZES[size].width}-${scheme}`);
  assert.deepEqual(await violations(page), []);
  const [wide, room] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
  assert.ok(wide <= room, `${wide} px on a screen of ${room}`);
  assert.deepEqual(page.complaints, []);
}

for (const size of ['wide', 'phone'])
  for (const scheme of ['light', 'dark'])
    test(`${size}, ${scheme}`, async (t) => {
      const page = await shared.browser.page(shared.world, { size, scheme });
      await t.test('signing in', async () => {
        await page.goto('/');
        await page.getByLabel('Access token').fill('admin');
        await look(page, 'sign_in', scheme, size);
        await page.getByRole('button', { name: 'Sign in' }).click();
        await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
      });
      for (const [name, path, prepare] of VIEWS)
        await t.test(name, async () => {
          await page.goto(path());
          await page.getByRole('heading', { level: 1 }).waitFor();
          await prepare?.(page);
          await look(page, name, scheme, size);
        });
      await page.context().close();
    });
