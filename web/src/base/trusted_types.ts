// The client's one Trusted Types policy, `kith`: under our CSP nothing else can turn text into HTML or a script's address.

/** HTML that has been through the sanitiser. A plain string where the browser has no Trusted Types. */
export type SafeHtml = TrustedHTML | string;

interface TrustedHTML {
  toString(): string;
}
interface TrustedScriptURL {
  toString(): string;
}
interface Policy {
  createHTML(html: string): TrustedHTML;
  createScriptURL(url: string): TrustedScriptURL;
}
interface PolicyFactory {
  createPolicy(name: string, rules: { createHTML: (html: string) => string; createScriptURL: (url: string) => string }): Policy;
}

const workerPath = '/sw.js';

const factory = (globalThis as { trustedTypes?: PolicyFactory }).trustedTypes;
const policy = factory?.createPolicy('kith', {
  // Only `markdown/sanitise.ts` calls this, with what the sanitiser gave.
  createHTML: (html) => html,
  createScriptURL(url) {
    if (url !== workerPath) throw new TypeError('not a script of this client');
    return url;
  },
});

/** The policy as the sanitiser wants it; undefined where the browser has no Trusted Types. */
export const sanitiserPolicy: Policy | undefined = policy;

/** The address of the service worker. */
export function workerUrl(): string {
  return (policy?.createScriptURL(workerPath) ?? workerPath) as string;
}
