// What a call session needs of the media library: a small port, so that the session is tested without it.

import type { CallPreferences, DeviceProblem, Quality, SessionEnd, VideoSource } from './session';

/** A person as the media library knows them at this moment. */
export interface MediaPerson {
  readonly userId: string;
  readonly isMe: boolean;
  readonly joinedAt: number;
  readonly isSpeaking: boolean;
  readonly quality: Quality;
  readonly isMuted: boolean;
  /** What is shown of the camera and the screen; the same objects as long as they show the same. */
  readonly camera: VideoSource | undefined;
  readonly screen: VideoSource | undefined;
  /** Small values everybody sees of everybody, e.g. a raised hand. */
  readonly attributes: Readonly<Record<string, string>>;
}

/** What happens in a room. */
export interface MediaEvents {
  /** Something of somebody changed: read `people()` again. */
  handlePeople(): void;
  handleReconnecting(): void;
  handleReconnected(): void;
  handleEnded(why: SessionEnd): void;
  /** Bytes from somebody, as sent with `send`. */
  handleData(topic: string, userId: string, bytes: Uint8Array): void;
  /** Whether the browser lets sound be heard. */
  handleSound(isAllowed: boolean): void;
  /** The user stopped sharing in the browser's own bar, or a device went away. */
  handleOwnMedia(): void;
}

/** Thrown by the methods that open a device. */
export class DeviceError extends Error {
  readonly problem: DeviceProblem | 'cancelled';

  constructor(problem: DeviceProblem | 'cancelled') {
    super(problem);
    this.problem = problem;
  }
}

/** A room of the media library. */
export interface MediaRoom {
  /** Rejects if the server cannot be reached or refuses. */
  connect(url: string, token: string): Promise<void>;
  disconnect(): Promise<void>;
  people(): readonly MediaPerson[];
  /** What is published of me: cameras and screens can end by themselves. */
  own(): { readonly microphone: boolean; readonly camera: boolean; readonly screen: boolean };
  setMicrophone(on: boolean, preferences: CallPreferences): Promise<void>;
  setCamera(on: boolean, preferences: CallPreferences): Promise<void>;
  setScreen(on: boolean): Promise<void>;
  /** Uses these devices from now on, also for what is on already. */
  usePreferences(preferences: CallPreferences): Promise<void>;
  turnCamera(): Promise<void>;
  setAttributes(attributes: Readonly<Record<string, string>>): Promise<void>;
  /** To everybody, at once or never. */
  send(topic: string, bytes: Uint8Array<ArrayBuffer>): Promise<void>;
  allowSound(): Promise<void>;
}
