import { runInThread } from '../run-in-thread.ts';
import type { ParsedYAML } from './parse-yaml.ts';
import { createPlanQueue, type PlanAsker } from './plan-queue.ts';

/** A parse takes up to ten microseconds a character, and a thread half a second to start. */
const fewCharacters = 16 * 1024;
const longestMs = 60_000;

/**
 * Parses YAML as `parseYAML` does, for a process that serves others meanwhile: a megabyte takes seconds, so a large text is
 * parsed in a thread of its own.
 *
 * @throws TooManyPlansError if eight large texts wait already, or four of the asker are in hand
 * @throws ThreadTimeout if the parse takes longer than a minute
 */
export async function parseYAMLInThread(text: string, asker: PlanAsker = {}): Promise<ParsedYAML> {
  if (text.length > fewCharacters) return parseInTurn(text, asker);
  // Whoever parses nothing need not load the library.
  const { parseYAML } = await import('./parse-yaml.ts');
  return parseYAML(text);
}

const parseInTurn = createPlanQueue((text, signal) =>
  runInThread<ParsedYAML>(new URL('parse-yaml-thread', import.meta.url), text, longestMs, signal),
);
