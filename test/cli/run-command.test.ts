import { ServiceError } from '@temporalio/client';
import { Command } from 'commander';
import { describe, expect, it, vi } from 'vitest';
import { exitCodeOfRun, localAction, type GlobalOptions } from '../../cli/run-command.ts';
import { InvalidOptionsError } from '../../client/index.ts';
import { ccectl } from '../ccectl.ts';

describe('the JSON of an error', () => {
  it('names every invalid option', async () => {
    const problems = [{ path: 'nameOrID', message: '"ci-*" is not a name' }];
    const { printed, exitCode } = await jsonOf(new InvalidOptionsError(problems));
    expect(printed).toEqual({
      error: { name: 'InvalidOptionsError', message: 'nameOrID "ci-*" is not a name', problems },
    });
    expect(exitCode).toBe(2);
  });

  it('says in a sentence that Temporal is gone', async () => {
    const cause = Object.assign(new Error('14 UNAVAILABLE: ECONNREFUSED'), {
      code: 14,
      details: 'ECONNREFUSED',
      metadata: {},
    });
    const { printed, exitCode } = await jsonOf(new ServiceError('Failed to describe', { cause }));
    expect(printed).toEqual({
      error: {
        name: 'ServiceError',
        message: expect.stringMatching(/^the connection to Temporal is lost/),
        problems: [],
      },
    });
    expect(exitCode).toBe(4);
  });

  it.each([
    [['list', '--runing'], "unknown option '--runing'\n(Did you mean --running?)"],
    [['lst'], "unknown command 'lst'\n(Did you mean list?)"],
    [['batch'], 'the command is missing'],
    [['create'], "required option '-f, --file <file>' not specified"],
  ])('is on standard output, too, if the command line is wrong: %j', async (args, message) => {
    const { stdout, stderr, exitCode } = await ccectl([...args, '-o', 'json']);
    expect(JSON.parse(stdout)).toEqual({ error: { name: 'UsageError', message, problems: [] } });
    expect(stderr).not.toBe('');
    expect(exitCode).toBe(2);
  });
});

async function jsonOf(error: Error): Promise<{ printed: unknown; exitCode: number }> {
  const program = new Command().option('-o, --output <format>').action(
    localAction<GlobalOptions, []>(() => {
      throw error;
    }),
  );
  const printed: string[] = [];
  const write = vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    printed.push(String(text));
    return true;
  });
  try {
    await program.parseAsync(['-o', 'json'], { from: 'user' });
  } finally {
    write.mockRestore();
  }
  return { printed: JSON.parse(printed.join('')), exitCode: exitCodeOfRun(program) };
}
