// One world and one browser for the tests of a file; each test has a page of its own, which must have had nothing to
// complain about in the end.
'use strict';
const assert = require('node:assert/strict');
const { after, before, test } = require('node:test');
const { Browser } = require('./browser');
const { World } = require('./world');

// `fill` puts into the world what the tests look at.
function suite(fill = async () => {}, start = World.start) {
  const shared = {};
  before(async () => {
    shared.world = await start();
    shared.browser = await Browser.open();
    await fill(shared.world);
  });
  after(async () => {
    await shared.browser?.close();
    await shared.world?.stop();
  });

  // Somebody with that role looks at a place of the console.
  function as(role, where, name, check, options) {
    test(name, async () => {
      const page = await shared.browser.signedIn(shared.world, role, where, options);
      try {
        await check(page, shared.world);
        assert.deepEqual(page.complaints, []);
      } finally {
        await page.context().close();
      }
    });
  }
  return { as, shared };
}

module.exports = { suite };
