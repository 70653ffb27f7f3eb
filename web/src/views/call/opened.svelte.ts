// One camera or microphone opened for a look before the call or in the settings, closed when nobody looks any more.
import { closeStream, mediaDevices, openDevice } from '../../call/devices';
import { DeviceError } from '../../call/media_room';
import type { DeviceProblem } from '../../call/session';

export class OpenedDevice {
  stream = $state.raw<MediaStream>();
  problem = $state<DeviceProblem>();
  busy = $state(false);
  readonly #kind: 'microphone' | 'camera';
  // Only the last of several openings counts.
  #round = 0;

  constructor(kind: 'microphone' | 'camera') {
    this.#kind = kind;
  }

  /** Opens the device; answers whether that worked. */
  async open(deviceId: string): Promise<boolean> {
    this.close();
    const round = this.#round;
    this.busy = true;
    try {
      const stream = await openDevice(mediaDevices(), this.#kind, deviceId);
      if (round !== this.#round) {
        closeStream(stream);
        return false;
      }
      this.stream = stream;
      return true;
    } catch (thrown) {
      if (round === this.#round) this.problem = thrown instanceof DeviceError && thrown.problem !== 'cancelled' ? thrown.problem : 'failed';
      return false;
    } finally {
      if (round === this.#round) this.busy = false;
    }
  }

  close(): void {
    this.#round += 1;
    closeStream(this.stream);
    this.stream = undefined;
    this.problem = undefined;
    this.busy = false;
  }
}
