// The media room made of LiveKit's client. The only file that knows it; it is loaded when a call begins.

import {
  ConnectionQuality,
  DisconnectReason,
  LocalVideoTrack,
  LogLevel,
  MediaDeviceFailure,
  type Participant,
  Room,
  RoomEvent,
  setLogLevel,
  supportsAudioOutputSelection,
  Track,
  VideoPresets,
  type AudioCaptureOptions,
  type VideoCaptureOptions,
} from 'livekit-client';
import { DeviceError, type MediaEvents, type MediaPerson, type MediaRoom } from './media_room';
import type { CallPreferences, Quality, SessionEnd, VideoSource } from './session';

setLogLevel(LogLevel.warn);

const qualities: Readonly<Record<ConnectionQuality, Quality>> = {
  [ConnectionQuality.Excellent]: 'good',
  [ConnectionQuality.Good]: 'good',
  [ConnectionQuality.Poor]: 'weak',
  [ConnectionQuality.Lost]: 'lost',
  [ConnectionQuality.Unknown]: 'unknown',
};

/** After any of these somebody's tile may look different. */
const peopleEvents = [
  RoomEvent.ParticipantConnected,
  RoomEvent.ParticipantDisconnected,
  RoomEvent.ParticipantAttributesChanged,
  RoomEvent.TrackSubscribed,
  RoomEvent.TrackUnsubscribed,
  RoomEvent.TrackPublished,
  RoomEvent.TrackUnpublished,
  RoomEvent.TrackMuted,
  RoomEvent.TrackUnmuted,
  RoomEvent.ActiveSpeakersChanged,
  RoomEvent.ConnectionQualityChanged,
] as const;

class LivekitRoom implements MediaRoom {
  readonly #room: Room;
  readonly #sources = new WeakMap<Track, VideoSource>();
  #preferences: CallPreferences;

  constructor(events: MediaEvents, preferences: CallPreferences) {
    this.#preferences = preferences;
    this.#room = new Room({
      adaptiveStream: true,
      dynacast: true,
      singlePeerConnection: false,
      ...(preferences.speakerId && { audioOutput: { deviceId: preferences.speakerId } }),
      publishDefaults: { simulcast: true, red: true, dtx: true },
    });
    this.#listen(events);
  }

  async connect(url: string, token: string): Promise<void> {
    await this.#room.connect(url, token, { autoSubscribe: true });
  }

  async disconnect(): Promise<void> {
    await this.#room.disconnect(true);
  }

  people(): readonly MediaPerson[] {
    const { localParticipant, remoteParticipants } = this.#room;
    return [localParticipant, ...remoteParticipants.values()].map((participant) => this.#personOf(participant));
  }

  own(): { microphone: boolean; camera: boolean; screen: boolean } {
    const { isMicrophoneEnabled, isCameraEnabled, isScreenShareEnabled } = this.#room.localParticipant;
    return { microphone: isMicrophoneEnabled, camera: isCameraEnabled, screen: isScreenShareEnabled };
  }

  setMicrophone(on: boolean, preferences: CallPreferences): Promise<void> {
    return opening(() => this.#room.localParticipant.setMicrophoneEnabled(on, captureOfMicrophone(preferences)));
  }

  setCamera(on: boolean, preferences: CallPreferences): Promise<void> {
    return opening(() => this.#room.localParticipant.setCameraEnabled(on, captureOfCamera(preferences)));
  }

  setScreen(on: boolean): Promise<void> {
    // A screen is read, not watched: sharp letters before smooth motion.
    const options = { audio: true, systemAudio: 'include', surfaceSwitching: 'include', selfBrowserSurface: 'exclude', contentHint: 'detail' } as const;
    return opening(() => this.#room.localParticipant.setScreenShareEnabled(on, options), 'cancelled');
  }

  async usePreferences(preferences: CallPreferences): Promise<void> {
    const before = this.#preferences;
    this.#preferences = preferences;
    const { localParticipant } = this.#room;
    if (before.microphoneId !== preferences.microphoneId || before.noiseSuppression !== preferences.noiseSuppression) {
      const track = localParticipant.getTrackPublication(Track.Source.Microphone)?.audioTrack;
      if (track) await opening(() => track.restartTrack(captureOfMicrophone(preferences)));
    }
    if (before.cameraId !== preferences.cameraId) {
      const track = localParticipant.getTrackPublication(Track.Source.Camera)?.videoTrack;
      if (track instanceof LocalVideoTrack && !track.isMuted) await opening(() => track.restartTrack(captureOfCamera(preferences)));
    }
    if (before.speakerId !== preferences.speakerId && supportsAudioOutputSelection()) await this.#room.switchActiveDevice('audiooutput', preferences.speakerId || 'default', false);
  }

  async turnCamera(): Promise<void> {
    const track = this.#room.localParticipant.getTrackPublication(Track.Source.Camera)?.videoTrack;
    if (!(track instanceof LocalVideoTrack)) return;
    const facingMode = track.mediaStreamTrack.getSettings().facingMode === 'environment' ? 'user' : 'environment';
    await opening(() => track.restartTrack({ facingMode, resolution: VideoPresets.h720.resolution }));
  }

  async setAttributes(attributes: Readonly<Record<string, string>>): Promise<void> {
    await this.#room.localParticipant.setAttributes({ ...attributes });
  }

  async send(topic: string, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    await this.#room.localParticipant.publishData(bytes, { reliable: false, topic });
  }

  async allowSound(): Promise<void> {
    await this.#room.startAudio();
  }

  #listen(events: MediaEvents): void {
    const room = this.#room;
    for (const event of peopleEvents) room.on(event, () => events.handlePeople());
    for (const event of [RoomEvent.LocalTrackPublished, RoomEvent.LocalTrackUnpublished] as const) room.on(event, () => events.handleOwnMedia());
    room
      .on(RoomEvent.TrackSubscribed, (track) => {
        // Sound needs no place on the page.
        if (track.kind === Track.Kind.Audio) track.attach();
      })
      .on(RoomEvent.TrackUnsubscribed, (track) => {
        if (track.kind === Track.Kind.Audio) for (const element of track.detach()) element.remove();
      })
      .on(RoomEvent.Reconnecting, () => events.handleReconnecting())
      .on(RoomEvent.SignalReconnecting, () => events.handleReconnecting())
      .on(RoomEvent.Reconnected, () => events.handleReconnected())
      .on(RoomEvent.Disconnected, (reason) => events.handleEnded(endOf(reason)))
      .on(RoomEvent.AudioPlaybackStatusChanged, () => events.handleSound(room.canPlaybackAudio))
      .on(RoomEvent.DataReceived, (payload, participant, _kind, topic) => events.handleData(topic ?? '', participant?.identity ?? '', payload));
  }

  #personOf(participant: Participant): MediaPerson {
    return {
      userId: participant.identity,
      isMe: participant.isLocal,
      joinedAt: participant.joinedAt?.getTime() ?? 0,
      isSpeaking: participant.isSpeaking,
      quality: qualities[participant.connectionQuality],
      isMuted: !participant.isMicrophoneEnabled,
      camera: this.#video(participant, Track.Source.Camera),
      screen: this.#video(participant, Track.Source.ScreenShare),
      attributes: participant.attributes,
    };
  }

  #video(participant: Participant, from: Track.Source): VideoSource | undefined {
    const publication = participant.getTrackPublication(from);
    const track = publication?.videoTrack;
    if (!publication || publication.isMuted || !track) return undefined;
    let source = this.#sources.get(track);
    if (!source) {
      source = sourceOf(track, publication.trackSid);
      this.#sources.set(track, source);
    }
    return source;
  }
}

function sourceOf(track: Track, id: string): VideoSource {
  return {
    id,
    attach(element) {
      track.attach(element);
      return () => {
        track.detach(element);
      };
    },
  };
}

function captureOfMicrophone({ microphoneId, noiseSuppression }: CallPreferences): AudioCaptureOptions {
  return { echoCancellation: true, autoGainControl: true, noiseSuppression, ...(microphoneId && { deviceId: { ideal: microphoneId } }) };
}

function captureOfCamera({ cameraId }: CallPreferences): VideoCaptureOptions {
  return { resolution: VideoPresets.h720.resolution, ...(cameraId ? { deviceId: { ideal: cameraId } } : { facingMode: 'user' }) };
}

/** Opens a device. `refusal`: what a refusal means; who closes the browser's screen picker changed their mind. */
async function opening(work: () => Promise<unknown>, refusal: 'denied' | 'cancelled' = 'denied'): Promise<void> {
  try {
    await work();
  } catch (thrown) {
    throw new DeviceError(problemOf(thrown, refusal));
  }
}

function problemOf(thrown: unknown, refusal: 'denied' | 'cancelled'): DeviceError['problem'] {
  switch (MediaDeviceFailure.getFailure(thrown)) {
    case MediaDeviceFailure.PermissionDenied:
      return refusal;
    case MediaDeviceFailure.NotFound:
      return 'missing';
    case MediaDeviceFailure.DeviceInUse:
      return 'busy';
    case MediaDeviceFailure.Other:
    case undefined:
      return 'failed';
  }
}

function endOf(reason: DisconnectReason | undefined): SessionEnd {
  switch (reason) {
    case DisconnectReason.CLIENT_INITIATED:
      return 'left';
    case DisconnectReason.DUPLICATE_IDENTITY:
      return 'elsewhere';
    case DisconnectReason.PARTICIPANT_REMOVED:
      return 'removed';
    case DisconnectReason.ROOM_DELETED:
    case DisconnectReason.ROOM_CLOSED:
      return 'ended';
    default:
      return 'lost';
  }
}

/** The media room of a call. */
export function openLivekitRoom(events: MediaEvents, preferences: CallPreferences): MediaRoom {
  return new LivekitRoom(events, preferences);
}

