// A picture and a tone that are known, so that a viewer can say: this is it, the right way round and in the right order.
// The functions run in pages; what they need is in their argument.

/** Colours of the quadrants, clockwise from the upper left; in each step every colour moves on by one quadrant. */
export const colours = [
  [220, 40, 40],
  [40, 180, 60],
  [50, 70, 220],
  [230, 210, 50],
];
const step_ms = 600;

/** Publishes the picture as the page's camera and a tone as its microphone: of `hertz`, or what its made-up one plays. */
export function publishKnown(page, hertz) {
  return page.run(
    async ({ hertz, colours, step_ms }) => {
      const { Track } = globalThis.LivekitClient;
      const [width, height] = [640, 360];
      const canvas = Object.assign(document.createElement('canvas'), { width, height });
      const context = canvas.getContext('2d');
      const start = performance.now();
      const draw = () => {
        const step = Math.floor((performance.now() - start) / step_ms);
        colours.forEach((_, quadrant) => {
          context.fillStyle = `rgb(${colours[(quadrant + step) % 4].join(' ')})`;
          context.fillRect(quadrant === 1 || quadrant === 2 ? width / 2 : 0, quadrant >= 2 ? height / 2 : 0, width / 2, height / 2);
        });
      };
      draw();
      setInterval(draw, 40);
      const me = globalThis.room.localParticipant;
      if (hertz) {
        const audio = new AudioContext();
        const destination = audio.createMediaStreamDestination();
        const tone = new OscillatorNode(audio, { frequency: hertz });
        tone.connect(new GainNode(audio, { gain: 0.4 })).connect(destination);
        tone.start();
        await me.publishTrack(destination.stream.getAudioTracks()[0], { source: Track.Source.Microphone });
      } else {
        await me.setMicrophoneEnabled(true, { echoCancellation: false, noiseSuppression: false, autoGainControl: false });
      }
      await me.publishTrack(canvas.captureStream(25).getVideoTracks()[0], { source: Track.Source.Camera });
    },
    { hertz, colours, step_ms },
  );
}

/** The step that a person's picture is in now, 0 to 3; -1 while there is none, -2 if it is not the known picture. */
export function stepSeen(page, identity) {
  return page.run(
    ({ identity, colours }) => {
      const { Track } = globalThis.LivekitClient;
      const track = globalThis.room.remoteParticipants.get(identity)?.getTrackPublication(Track.Source.Camera)?.track;
      const video = track?.attachedElements[0];
      if (!video?.videoWidth || video.readyState < 2) return -1;
      const [width, height] = [video.videoWidth, video.videoHeight];
      const context = Object.assign(document.createElement('canvas'), { width, height }).getContext('2d', { willReadFrequently: true });
      context.drawImage(video, 0, 0);
      const centres = [0.25, 0.75, 0.75, 0.25].map((x, quadrant) => context.getImageData(width * x, height * (quadrant < 2 ? 0.25 : 0.75), 1, 1).data);
      // The encoders' limited range and chroma may move a channel by that much; the colours are further apart.
      const isColour = (pixel, colour) => colour.every((value, channel) => Math.abs(value - pixel[channel]) < 40);
      const step = [0, 1, 2, 3].find((step) => centres.every((pixel, quadrant) => isColour(pixel, colours[(quadrant + step) % 4])));
      return step ?? -2;
    },
    { identity, colours },
  );
}

/**
 * The loudest frequency in half a second of a person's microphone, in hertz, to 5 Hz; 0 if there is silence or no track.
 * Recorded and decoded, not analysed live: Firefox runs no AudioContext on a machine without a sound card.
 */
export function hertzHeard(page, identity) {
  return page.run(async (identity) => {
    const { Track } = globalThis.LivekitClient;
    const track = globalThis.room.remoteParticipants.get(identity)?.getTrackPublication(Track.Source.Microphone)?.track;
    if (!track) return 0;
    const recorder = new MediaRecorder(new MediaStream([track.mediaStreamTrack]));
    const recorded = new Promise((resolve) => recorder.addEventListener('dataavailable', ({ data }) => resolve(data), { once: true }));
    recorder.start();
    await new Promise((resolve) => setTimeout(resolve, 900));
    recorder.stop();
    const rate = 48_000;
    const bytes = await (await recorded).arrayBuffer();
    const sound = await new OfflineAudioContext(1, rate, rate).decodeAudioData(bytes).catch(() => undefined);
    if (!sound || sound.length < rate / 2) return 0;
    const samples = sound.getChannelData(0).subarray(sound.length - rate / 2);
    let loudest = { hertz: 0, power: 0.01 };
    for (let hertz = 100; hertz < 1500; hertz += 5) {
      let [real, imaginary] = [0, 0];
      const turn = (2 * Math.PI * hertz) / rate;
      samples.forEach((sample, at) => {
        real += sample * Math.cos(turn * at);
        imaginary += sample * Math.sin(turn * at);
      });
      const power = Math.hypot(real, imaginary) / samples.length;
      if (power > loudest.power) loudest = { hertz, power };
    }
    return loudest.hertz;
  }, identity);
}
