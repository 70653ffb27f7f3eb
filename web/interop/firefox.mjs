// livekit-client as it is published, in Firefox: driven by WebDriver BiDi, which needs no patched browser.
import puppeteer from 'puppeteer-core';

/** What the made-up microphone plays. */
export const firefoxTone_hertz = 500;

const preferences = {
  // A test picture as the camera, a tone as the microphone, and nobody is asked.
  'media.navigator.streams.fake': true,
  'media.navigator.audio.fake_frequency': firefoxTone_hertz,
  'media.navigator.permission.disabled': true,
  'media.autoplay.default': 0,
  'media.autoplay.blocking_policy': 0,
  // The server is on the loopback: candidates there, and by their address.
  'media.peerconnection.ice.loopback': true,
  'media.peerconnection.ice.obfuscate_host_addresses': false,
  // No downloads of codecs.
  'media.gmp-manager.updateEnabled': false,
};

/** A Firefox with a made-up camera and microphone; its pages open as those of `launchBrowser` do. */
export function launchFirefox() {
  return puppeteer.launch({ browser: 'firefox', executablePath: process.env.KITH_FIREFOX ?? '/usr/bin/firefox-esr', headless: true, extraPrefsFirefox: preferences });
}
