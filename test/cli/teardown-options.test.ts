import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { planOf, withTeardownOptions, type TeardownOptions } from '../../cli/teardown-options.ts';
import { targetLines } from '../../cli/teardown-output.ts';

function parse(...args: string[]): TeardownOptions {
  const command = withTeardownOptions(new Command())
    .exitOverride()
    .configureOutput({ writeErr: () => undefined });
  return command.parse(args, { from: 'user' }).opts<TeardownOptions>();
}

describe('the options of ccectl teardown', () => {
  it('become a filter', () => {
    const args = ['--name', 'ci-[!p]*', '--except', 'ci-{5..50}', '--except', '*-keep', '--phase', 'create_failed'];
    expect(planOf(parse(...args))).toEqual({
      filter: { name: 'ci-[!p]*', except: ['ci-{5..50}', '*-keep'], phases: ['create_failed'] },
      maximum: 50,
    });
  });

  it.each([
    ['--name', '^ci-', /option '--name <pattern>'.*"\^", which has no meaning/],
    ['--name', '', /option '--name <pattern>'.*is empty/],
    ['--except', 'ci-1,ci-2', /option '--except <pattern>'.*comma/],
    ['--phase', 'Running', /option '--phase <phase>'.*is not a phase/],
    ['--phase', 'deleted', /option '--phase <phase>'.*needs no teardown/],
  ])('%s "%s" is refused with the reason', (flag, text, says) => {
    expect(() => parse(flag, text)).toThrow(says);
  });
});

describe('the plan of a teardown', () => {
  it('shows for each pattern how many names it took', () => {
    const report = {
      targets: [{ clusterID: 'cce-1', clusterName: 'ci-1', clusterPhase: 'running' }],
      spared: [],
      patterns: [
        { condition: 'name', pattern: 'ci-*', names: 1 } as const,
        { condition: 'except', pattern: 'CI-9', names: 0 } as const,
      ],
    };
    expect(targetLines(report)).toEqual([
      'delete  cce-1  ci-1  running',
      "--name 'ci-*' took 1 name",
      "--except 'CI-9' took 0 names",
      '1 to delete, 0 spared',
    ]);
  });
});
