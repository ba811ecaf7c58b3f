import pc from 'picocolors';

/**
 * Colours for people: on a terminal, and where FORCE_COLOR asks for them. The library's own choice would also colour the
 * pipes of every CI job, for it counts the variable CI as a terminal.
 */
export const colors = pc.createColors(wantsColors(process.stdout, process.env));

export function wantsColors(stream: NodeJS.WriteStream, { FORCE_COLOR, NO_COLOR }: NodeJS.ProcessEnv): boolean {
  if (NO_COLOR) return false;
  if (FORCE_COLOR !== undefined) return FORCE_COLOR !== '0' && FORCE_COLOR !== 'false';
  // Of a pipe, `isTTY` is undefined, which the library would take for a wish of its own default.
  return Boolean(stream.isTTY) && stream.hasColors();
}
