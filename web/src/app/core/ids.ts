import { InjectionToken } from '@angular/core';

/** Makes ids for what this client creates. A parameter, so that tests can fix it. */
export type NewId = () => string;

export const NEW_ID = new InjectionToken<NewId>('NEW_ID', { factory: () => uuidV7Generator() });

/**
 * UUIDv7 (RFC 9562) whose text order is the order of making, also within one millisecond and when the clock steps back:
 * the outbox relies on it.
 */
export function uuidV7Generator(
  now: () => number = Date.now,
  random: (into: Uint8Array<ArrayBuffer>) => void = (into) => void crypto.getRandomValues(into),
): NewId {
  let lastMillis = 0;
  let counter = 0;
  return () => {
    const bytes = new Uint8Array(16);
    random(bytes);
    const millis = now();
    if (millis > lastMillis) {
      lastMillis = millis;
      counter = ((bytes[6]! << 8) | bytes[7]!) & 0x7ff;
    } else if (++counter > 0xfff) {
      lastMillis += 1;
      counter = 0;
    }
    const view = new DataView(bytes.buffer);
    view.setUint16(0, Math.floor(lastMillis / 2 ** 32));
    view.setUint32(2, lastMillis % 2 ** 32);
    view.setUint16(6, 0x7000 | counter);
    bytes[8] = (bytes[8]! & 0x3f) | 0x80;
    const hex = Array.from(bytes, (b) => b.toString(16).padStart(2, '0')).join('');
    return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
  };
}
