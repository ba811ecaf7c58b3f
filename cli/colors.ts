import { styleText } from 'node:util';

type Format = 'bold' | 'cyan' | 'dim' | 'green' | 'red' | 'yellow';

/** Styles text for people: on a terminal, or if FORCE_COLOR asks for it. */
export function styled(format: Format, text: string): string {
  // Node's own check of the stream would let FORCE_COLOR override NO_COLOR, and warn about it on stderr.
  return wantsColors(process.stdout, process.env) ? styleText(format, text, { validateStream: false }) : text;
}

/** NO_COLOR comes first, then FORCE_COLOR, then what the terminal can do. The pipes of CI jobs get no colours. */
export function wantsColors(stream: NodeJS.WriteStream, { FORCE_COLOR, NO_COLOR }: NodeJS.ProcessEnv): boolean {
  if (NO_COLOR) return false;
  if (FORCE_COLOR !== undefined) return FORCE_COLOR !== '0' && FORCE_COLOR !== 'false';
  // A pipe has no `hasColors`.
  return Boolean(stream.isTTY) && stream.hasColors();
}
