// Cameras, microphones and speakers of this machine: which there are, opening one for a look, and why that failed.

import { DeviceError } from './media_room';
import type { DeviceKind } from './session';

/** A device as its name goes into a list. Browsers give names and ids only after the user allowed one. */
export interface Device {
  readonly id: string;
  readonly name: string;
}

export type DeviceLists = Readonly<Record<DeviceKind, readonly Device[]>>;

/** As much of the browser's media devices as is used. */
export type MediaDevicesPort = Pick<MediaDevices, 'enumerateDevices' | 'getUserMedia' | 'addEventListener' | 'removeEventListener'>;

const kinds: Readonly<Record<MediaDeviceKind, DeviceKind>> = { audioinput: 'microphone', audiooutput: 'speaker', videoinput: 'camera' };

/** The browser's media devices; undefined where there are none, as on pages without TLS. */
export function mediaDevices(): MediaDevicesPort | undefined {
  return typeof navigator === 'undefined' ? undefined : (navigator.mediaDevices as MediaDevices | undefined);
}

/** The devices by kind. "Default" and "communications" entries, which repeat another one, are left out. */
export async function listDevices(media: MediaDevicesPort): Promise<DeviceLists> {
  const lists: Record<DeviceKind, Device[]> = { microphone: [], camera: [], speaker: [] };
  for (const { kind, deviceId, label } of await media.enumerateDevices()) {
    if (deviceId === '' || deviceId === 'default' || deviceId === 'communications') continue;
    lists[kinds[kind]].push({ id: deviceId, name: label });
  }
  return lists;
}

/** Calls `listener` when a device is plugged in or out; the result ends it. */
export function onDeviceChange(media: MediaDevicesPort, listener: () => void): () => void {
  media.addEventListener('devicechange', listener);
  return () => media.removeEventListener('devicechange', listener);
}

/** Opens one device; rejects with `DeviceError`. A device that is gone is replaced by the system's choice. */
export async function openDevice(media: MediaDevicesPort | undefined, kind: 'microphone' | 'camera', deviceId: string): Promise<MediaStream> {
  if (!media) throw new DeviceError('missing');
  const wanted: MediaTrackConstraints = deviceId === '' ? {} : { deviceId: { ideal: deviceId } };
  try {
    return await media.getUserMedia(kind === 'microphone' ? { audio: wanted } : { video: { ...wanted, width: { ideal: 1280 }, height: { ideal: 720 } } });
  } catch (thrown) {
    throw new DeviceError(problemOf(thrown instanceof Error ? thrown.name : ''));
  }
}

/** The device a stream comes from. */
export function deviceOf(stream: MediaStream): string {
  return stream.getTracks()[0]?.getSettings().deviceId ?? '';
}

export function closeStream(stream: MediaStream | undefined): void {
  for (const track of stream?.getTracks() ?? []) track.stop();
}

function problemOf(name: string): DeviceError['problem'] {
  switch (name) {
    case 'NotAllowedError':
    case 'SecurityError':
      return 'denied';
    case 'NotFoundError':
    case 'OverconstrainedError':
      return 'missing';
    case 'NotReadableError':
    case 'AbortError':
      return 'busy';
    default:
      return 'failed';
  }
}
