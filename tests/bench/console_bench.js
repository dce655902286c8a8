// How soon the console shows something: Chromium on a daemon with a million contacts, each view opened in a browser that
// has never seen it (cold) and in one that has its files (warm).
//
//   CRMSYNCD=build/release/bin/crmsyncd NODE_PATH=build/release/tests/browser/modules/node_modules \
//     node tests/bench/console_bench.js [CONTACTS] [TIMES]
//
// Prints milliseconds from the start of the navigation until what was asked for stands on the page: median and worst.
'use strict';
const { Browser } = require('../browser/browser');
const { World, waitFor } = require('../browser/world');

const contacts = Number(process.argv[2] ?? 1_000_000);
const times = Number(process.argv[3] ?? 15);

const VIEWS = {
  overview: ['/overview?account=big', '.tile-value'],
  'contact list': ['/contacts?account=big', 'tbody th a'],
  'unsubscribed, last change first': ['/contacts?account=big&status=unsubscribed&sort=changed', 'tbody th a'],
  'search for a name': ['/contacts?account=big&q=number+4711', 'tbody th a'],
  profile: ['/contacts/1?account=big', 'main h1'],
  audit: ['/audit?account=big', 'tbody tr'],
};

// Notes, in the page, when it is there to be seen.
function watch(selector) {
  const look = () => {
    if (window.seenAt === undefined && document.querySelector(selector)) window.seenAt = performance.now();
  };
  new MutationObserver(look).observe(document, { childList: true, subtree: true });
}

async function once(context, path, selector) {
  const page = await context.newPage();
  await page.addInitScript(watch, selector);
  await page.goto(path, { waitUntil: 'commit' });
  await page.waitForFunction(() => window.seenAt !== undefined);
  const seen = await page.evaluate(() => window.seenAt);
  await page.close();
  return seen;
}

function report(what, all) {
  all.sort((a, b) => a - b);
  console.log(`${what.padEnd(42)} ${all[all.length >> 1].toFixed(0).padStart(5)} ms  worst ${all.at(-1).toFixed(0)} ms`);
}

async function measure(browser, world, [path, selector]) {
  const cold = [];
  const warm = [];
  for (let i = 0; i < times; ++i) {
    const page = await browser.page(world);
    const context = page.context();
    await context.request.post('/api/v1/session', { data: { token: 'operator' } });
    await page.close();
    cold.push(await once(context, path, selector));
    warm.push(await once(context, path, selector));
    await context.close();
  }
  return { cold, warm };
}

async function main() {
  const world = await World.withContacts(contacts);
  const browser = await Browser.open();
  try {
    await waitFor(async () => (await world.get(`contacts?account=big&q=number+${contacts - 1}&sort=name`)).items.length > 0, 'the index', 600);
    console.log(`${contacts.toLocaleString('en')} contacts, ${times} times each`);
    for (const [name, view] of Object.entries(VIEWS)) {
      const { cold, warm } = await measure(browser, world, view);
      report(`${name}, cold`, cold);
      report(`${name}, warm`, warm);
    }
  } finally {
    await browser.close();
    await world.stop();
  }
}

main();
