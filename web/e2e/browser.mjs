// People with browsers. Every page writes down what must never happen: uncaught errors and violations of the content policy.
import { existsSync } from 'node:fs';
import { chromium } from 'playwright-core';

const executablePath = process.env.KITH_CHROMIUM ?? ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) => existsSync(path));

/** `flags`: more of Chromium's. */
export function launchBrowser(flags = []) {
  return chromium.launch({ executablePath, args: [...flags, '--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'] });
}

export const desktop = { viewport: { width: 1440, height: 900 } };
export const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2 };

/** One person's browser: its own profile, one page. */
export class Person {
  problems = [];

  static async arrive(browser, server, options = desktop) {
    const person = new this();
    person.server = server;
    person.context = await browser.newContext({ locale: 'en-GB', ...options });
    person.context.setDefaultTimeout(10_000);
    person.page = await person.context.newPage();
    await person.page.addInitScript(() => {
      globalThis.violations = [];
      document.addEventListener('securitypolicyviolation', (event) => globalThis.violations.push(`${event.violatedDirective}: ${event.blockedURI} ${event.sample}`));
    });
    person.page.on('pageerror', (error) => person.problems.push(`uncaught: ${error.stack ?? error}`));
    person.page.on('console', (message) => {
      if (/Content Security Policy|Trusted ?Type/i.test(message.text())) person.problems.push(`console: ${message.text()}`);
    });
    person.page.on('dialog', (dialog) => {
      person.problems.push(`a script opened a dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
    return person;
  }

  /** What went wrong on the page so far. */
  async trouble() {
    return [...this.problems, ...(await this.page.evaluate(() => globalThis.violations))];
  }

  /** The first start: names the server, makes the owner's account, lands in the first room. */
  async makeServer({ name = 'Alder Street', displayName = 'Sanna Quist', password = 'quiet garden ladder' } = {}) {
    const { page } = this;
    await page.goto(this.server.origin);
    await page.getByLabel('What is this place called?').fill(name);
    await this.#fillAccount(displayName, password);
    await page.getByRole('button', { name: `Create and open ${name}` }).click();
    await page.waitForURL(/\/room\//);
    await this.composer.waitFor();
  }

  /** Takes an invitation. */
  async join(token, { displayName, password = 'winter market soup' }) {
    const { page } = this;
    await page.goto(`${this.server.origin}/invite/${token}`);
    await this.#fillAccount(displayName, password);
    await page.getByRole('button', { name: 'Create account' }).click();
    await page.waitForURL(/\/room\//);
    await this.composer.waitFor();
  }

  async #fillAccount(displayName, password) {
    await this.page.getByLabel('Your name').fill(displayName);
    await this.page.getByLabel('Password', { exact: true }).fill(password);
  }

  get composer() {
    return this.page.locator('[data-composer]');
  }

  /** The messages with exactly this text. */
  message(text) {
    return this.page.locator('[data-message]').filter({ has: this.page.getByText(text, { exact: true }) });
  }

  /** Writes a message and sees it on the screen, however far it got. */
  async write(text) {
    await this.composer.fill(text);
    // A phone's Enter makes a new line: there the button sends.
    await this.page.getByRole('button', { name: 'Send', exact: true }).click();
    await this.message(text).waitFor();
  }

  /** Waits until the server has the message. */
  async sent(text) {
    await this.page.locator('[data-message][data-state="sent"], [data-message][data-state="read"]').filter({ has: this.page.getByText(text, { exact: true }) }).waitFor();
  }

  async openRoom(name) {
    await this.page.getByRole('link', { name: new RegExp(name) }).first().click();
    await this.composer.waitFor();
  }

  /** The texts of the room as the screen shows them, oldest first. */
  texts() {
    return this.page.locator('[data-message] .body').allInnerTexts();
  }

  async leave() {
    await this.context.close();
  }
}

/** An invitation for one more person, made by the owner with the API. */
export async function invitation(server, username = 'sanna.quist', password = 'quiet garden ladder') {
  const { token } = await server.call('AuthService/Login', { username, password, deviceName: 'test' });
  return (await server.call('AuthService/CreateInvitation', { uses: 20 }, token)).token;
}
