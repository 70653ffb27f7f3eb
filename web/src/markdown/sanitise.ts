// The one place where text becomes HTML that a page may draw. The parser makes no unsafe HTML; this holds even if it did.

import DOMPurify, { type Config } from 'dompurify';
import { sanitiserPolicy, type SafeHtml } from '../base/trusted_types';

const attributes = ['rel', 'target', 'dir', 'class', 'start', 'data-language', 'data-user', 'data-all', 'data-me'];

const config: Config = {
  ALLOWED_TAGS: ['p', 'br', 'strong', 'em', 's', 'code', 'pre', 'blockquote', 'ul', 'ol', 'li', 'a', 'span'],
  ALLOWED_ATTR: ['href', ...attributes],
  // The rule for addresses is for href alone.
  ADD_URI_SAFE_ATTR: attributes,
  ALLOWED_URI_REGEXP: /^(?:https?:\/\/|mailto:)/i,
  ALLOW_DATA_ATTR: false,
  ALLOW_ARIA_ATTR: false,
  RETURN_TRUSTED_TYPE: sanitiserPolicy !== undefined,
};

let isReady = false;

/** Removes everything but the tags and attributes of Kith's Markdown. */
export function sanitise(html: string): SafeHtml {
  if (!isReady) {
    isReady = true;
    DOMPurify.addHook('afterSanitizeAttributes', fixAttributes);
  }
  const safe = DOMPurify.sanitize(html, sanitiserPolicy ? { ...config, TRUSTED_TYPES_POLICY: sanitiserPolicy as never } : config);
  return safe as SafeHtml;
}

// Links never keep a window of ours, and the only class is the one of mentions.
function fixAttributes(node: Element): void {
  if (node.tagName === 'A') {
    node.setAttribute('rel', 'noopener noreferrer nofollow');
    node.setAttribute('target', '_blank');
  }
  if (node.hasAttribute('class') && node.getAttribute('class') !== 'mention') node.removeAttribute('class');
}
