import { Command } from 'commander';
import { expect, it, vi } from 'vitest';
import { localAction, type GlobalOptions } from '../../cli/run-command.ts';
import { InvalidOptionsError } from '../../client/index.ts';

it('the JSON of an error names every invalid option', async () => {
  const problems = [{ path: 'nameOrID', message: '"ci-*" is not a name' }];
  const program = new Command().option('-o, --output <format>').action(
    localAction<GlobalOptions, []>(() => {
      throw new InvalidOptionsError(problems);
    }),
  );
  const printed: string[] = [];
  const write = vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    printed.push(String(text));
    return true;
  });
  const exitCode = process.exitCode;
  try {
    await program.parseAsync(['-o', 'json'], { from: 'user' });
  } finally {
    write.mockRestore();
    process.exitCode = exitCode;
  }
  expect(JSON.parse(printed.join(''))).toEqual({
    error: { name: 'InvalidOptionsError', message: 'nameOrID "ci-*" is not a name', problems },
  });
});
