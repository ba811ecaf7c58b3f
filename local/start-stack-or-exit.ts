import { OrchestratorError } from '../client/index.ts';
import { startStack, type Stack, type StackOptions } from './stack.ts';

/** Starts the stack for a person at a terminal. If that fails, says why and what helps, and ends the process. */
export async function startStackOrExit(options: StackOptions): Promise<Stack> {
  // Read first: the stack sets the variable to its own server.
  const givenAddress = process.env.TEMPORAL_ADDRESS;
  try {
    return await startStack(options);
  } catch (error) {
    const text = startFailureText(error, givenAddress);
    if (text === undefined) throw error;
    console.error(text);
    process.exit(1);
  }
}

/** The reason for a failed start. `undefined` for an error that nobody foresaw, which needs its stack trace. */
export function startFailureText(error: unknown, givenAddress: string | undefined): string | undefined {
  const isForeseen = error instanceof OrchestratorError || (error instanceof Error && error.name === 'Error');
  if (!isForeseen) return undefined;
  const isUnreachable = error instanceof OrchestratorError && error.kind === 'unreachable';
  if (!isUnreachable || !givenAddress) return error.message;
  return `${error.message}\nTEMPORAL_ADDRESS is set, so no server was started; to start one: unset TEMPORAL_ADDRESS`;
}
