import type { PayloadCodec } from '@temporalio/common';

const keyless = new WeakSet<PayloadCodec>();

/** Notes that a codec encrypts nothing for want of a key, and not because somebody has turned encryption off. */
export function noteKeyless(codec: PayloadCodec): void {
  keyless.add(codec);
}

/** Whether a client with these codecs sends everything in clear, without anybody having said so. */
export function isKeyless(codecs: readonly PayloadCodec[]): boolean {
  return codecs.every((codec) => keyless.has(codec));
}
