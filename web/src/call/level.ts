// How loud a microphone is, for a meter.

const floor_dB = -55;
const ceiling_dB = -12;

/** The level of samples in [-1, 1] as a share of the meter, 0 to 1: silence 0, a voice close by 1. */
export function levelOf(samples: ArrayLike<number>): number {
  let sum = 0;
  for (let index = 0; index < samples.length; index += 1) sum += samples[index]! * samples[index]!;
  if (sum === 0) return 0;
  const level_dB = 10 * Math.log10(sum / samples.length);
  return Math.max(0, Math.min(1, (level_dB - floor_dB) / (ceiling_dB - floor_dB)));
}

/** Measures a stream until the result is called; `listener` gets the level each frame, falling slower than it rises. */
export function followLevel(stream: MediaStream, listener: (level: number) => void): () => void {
  const context = new AudioContext();
  const analyser = new AnalyserNode(context, { fftSize: 1024 });
  const source = context.createMediaStreamSource(stream);
  source.connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  const fall = 0.92;
  let shown = 0;
  let frame = 0;
  const measure = (): void => {
    analyser.getFloatTimeDomainData(samples);
    shown = Math.max(levelOf(samples), shown * fall);
    listener(shown);
    frame = requestAnimationFrame(measure);
  };
  frame = requestAnimationFrame(measure);
  return () => {
    cancelAnimationFrame(frame);
    source.disconnect();
    void context.close();
  };
}
