import type { Command } from 'commander';
import { InvalidOptionsError } from '../client/errors/invalid-options-error.ts';
import { InvalidSpecError } from '../client/errors/invalid-spec-error.ts';
import type { BlockedBy, Orchestrator } from '../client/index.ts';
import { OrchestratorError } from '../temporal/orchestrator-error.ts';
import { startTracing } from '../temporal/tracing/start-tracing.ts';
import { styled } from './colors.ts';
import { exitCodeOf, exitCodes, type ExitCode } from './exit-codes.ts';
import { DetachedError } from './follow.ts';
import { problemLines } from './output.ts';
import { temporalFailureText } from './temporal-failure.ts';

/** The options of `ccectl` itself, which every command has. */
export interface GlobalOptions {
  account?: string;
  region?: string;
  /** Only `batch results` prints CSV. */
  output: 'text' | 'json' | 'csv';
}

/** What a command returns: what to print, or only the exit code if it has printed everything itself. */
export type CommandResult = ExitCode | Printed;

export interface Printed {
  /** The document that `-o json` prints. */
  json: unknown;
  /** What people read instead. Nothing is printed if it is empty. */
  text: string;
  /** Default: 0 */
  exitCode?: ExitCode;
}

/** The exit codes of the command lines that have run, since an action of commander returns nothing. */
const exitCodeByProgram = new WeakMap<Command, ExitCode>();

/** The exit code of the command that `program` has run. It is 0 if there was none, as for a group that prints its help. */
export function exitCodeOfRun(program: Command): ExitCode {
  return exitCodeByProgram.get(program) ?? exitCodes.done;
}

/**
 * The action of a command that works without Temporal. It prints the result or the error, and keeps the exit code.
 *
 * @example
 * program.command('greet').argument('<name>').action(localAction((options: GlobalOptions, name: string) => ({ json: { name }, text: `hello ${name}` })));
 */
export function localAction<Options extends GlobalOptions, Args extends unknown[]>(
  run: (options: Options, ...args: Args) => CommandResult | Promise<CommandResult>,
) {
  return async function action(this: Command): Promise<void> {
    const options = this.optsWithGlobals<Options>();
    const args = this.processedArgs as Args;
    const exitCode = await reportErrors(options, async () => printResult(options, await run(options, ...args)));
    exitCodeByProgram.set(programOf(this), exitCode);
  };
}

/** The action of a command that asks Temporal: a {@link localAction} with a connected orchestrator. */
export function connectedAction<Options extends GlobalOptions, Args extends unknown[]>(
  run: (orchestrator: Orchestrator, options: Options, ...args: Args) => Promise<CommandResult>,
) {
  return localAction((options: Options, ...args: Args) =>
    withOrchestrator(options, (orchestrator) => run(orchestrator, options, ...args)),
  );
}

/**
 * Connects for as long as a command runs, and prints its result. For commands that first check their input without
 * Temporal.
 */
export async function withOrchestrator(
  options: GlobalOptions,
  run: (orchestrator: Orchestrator) => Promise<CommandResult>,
): Promise<ExitCode> {
  const tracing = await startTracing('ccectl', (message, error) => {
    process.stderr.write(`${styled('yellow', 'warning')} ${message}: ${messageOf(error)}\n`);
  });
  try {
    // Imported here so that help and bad input do not wait for Temporal's SDK to load.
    const { connect } = await import('../client/connect.ts');
    const orchestrator = await connect(options);
    try {
      // Printed before tracing stops, which can take seconds if no collector answers.
      return printResult(options, await run(orchestrator));
    } finally {
      await orchestrator.close();
    }
  } finally {
    await tracing?.stop();
  }
}

function programOf(command: Command): Command {
  return command.parent === null ? command : programOf(command.parent);
}

/** Says on stderr why a command that waits does not get on. */
export function warnBlocked({ message }: BlockedBy): void {
  process.stderr.write(`${styled('yellow', 'waiting')} ${message}\n`);
}

async function reportErrors(options: GlobalOptions, run: () => Promise<ExitCode>): Promise<ExitCode> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof DetachedError) {
      const { name, message, attachAgain } = error;
      if (options.output === 'json') printJSON({ error: { name, message, problems: [], attachAgain } });
      process.stderr.write(`${message}\nto attach again: ${attachAgain}\n`);
      return await exitCodeOf(error);
    }
    const message =
      error instanceof OrchestratorError ? withHint(error) : (temporalFailureText(error) ?? messageOf(error));
    const { problems, warnings } = error instanceof InvalidSpecError ? error : { problems: [], warnings: [] };
    for (const line of problemLines('warning', warnings)) process.stderr.write(`${line}\n`);
    if (options.output === 'json') {
      const named = error instanceof InvalidOptionsError ? error.problems : problems;
      printJSON({ error: { name: error instanceof Error ? error.name : 'Error', message, problems: named } });
    } else {
      const lines = problems.length > 0 ? problemLines('error', problems) : [`${styled('red', 'error')} ${message}`];
      process.stderr.write(`${lines.join('\n')}\n`);
    }
    return await exitCodeOf(error);
  }
}

function withHint(error: OrchestratorError): string {
  return error.hint === undefined ? messageOf(error) : `${messageOf(error)} (${error.hint})`;
}

/** The SDK hides the reason for "Failed to start Workflow" in the causes. */
function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message}: ${messageOf(error.cause)}` : error.message;
}

function printResult(options: GlobalOptions, result: CommandResult): ExitCode {
  if (typeof result === 'number') return result;
  const { json, text, exitCode = exitCodes.done } = result;
  if (options.output === 'json') printJSON(json);
  else if (text !== '') process.stdout.write(`${text}\n`);
  return exitCode;
}

export function printJSON(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
}
