// Debian's Chromium on the console: signing in, looking for violations, taking pictures.
'use strict';
const fs = require('node:fs');
const path = require('node:path');
const { chromium } = require('playwright-core');

const ARGUMENTS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync'];
const AXE = fs.readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
const SIZES = { wide: { width: 1440, height: 900 }, phone: { width: 390, height: 844 } };
const pictures = process.env.SCREENSHOTS;

class Browser {
  static async open() {
    const browser = new Browser();
    browser.chromium = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ARGUMENTS });
    return browser;
  }

  close() {
    return this.chromium.close();
  }

  // A page of its own, with what it must never do: an error in a script, or something that the policy refuses.
  async page(world, { size = 'wide', scheme = 'light', ...more } = {}) {
    const context = await this.chromium.newContext({
      baseURL: world.url, viewport: SIZES[size], colorScheme: scheme, locale: 'en-GB', timezoneId: 'UTC', reducedMotion: 'reduce', ...more,
    });
    const page = await context.newPage();
    page.setDefaultTimeout(20000);
    page.complaints = [];
    page.on('pageerror', (error) => page.complaints.push(String(error)));
    page.on('console', (message) => {
      if (/Content Security Policy|Refused to/.test(message.text())) page.complaints.push(message.text());
    });
    page.on('request', (request) => {
      if (!request.url().startsWith(world.url) && !request.url().startsWith('data:')) page.complaints.push('loads ' + request.url());
    });
    return page;
  }

  // The same, signed in with the token of a role (in this world a role's token is its name), at a path of the console.
  async signedIn(world, role, where, options) {
    const page = await this.page(world, options);
    const answer = await page.context().request.post('/api/v1/session', { data: { token: role } });
    if (!answer.ok()) throw new Error(await answer.text());
    await page.goto(where);
    await page.getByRole('heading', { level: 1 }).waitFor();
    return page;
  }
}

// What axe-core (WCAG 2.2 AA and its best practices) finds wrong, in words. It runs beside the page, not in it: the page's
// policy lets no other script in.
async function violations(page) {
  const session = await page.context().newCDPSession(page);
  const { frameTree } = await session.send('Page.getFrameTree');
  const { executionContextId } = await session.send('Page.createIsolatedWorld', { frameId: frameTree.frame.id });
  const evaluate = async (expression) => {
    const { result, exceptionDetails } = await session.send('Runtime.evaluate', {
      expression, contextId: executionContextId, awaitPromise: true, returnByValue: true,
    });
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    return result.value;
  };
  await evaluate(AXE + ';0');
  const found = await evaluate('axe.run(document).then((r) => r.violations.map((v) => v.id + ": " + v.help + " | " +' +
    ' v.nodes.map((n) => n.target.join(" ") + " " + (n.any[0]?.message ?? "")).slice(0, 3).join(" || ")))');
  await session.detach();
  return found;
}

async function picture(page, name) {
  if (!pictures) return;
  fs.mkdirSync(pictures, { recursive: true });
  await page.screenshot({ path: path.join(pictures, name + '.png') });
}

module.exports = { Browser, SIZES, picture, violations };
