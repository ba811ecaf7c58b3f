import type { Client } from '@temporalio/client';
import { describe, expect, it } from 'vitest';
import { InvalidOptionsError, type TeardownFilter } from '../../client/index.ts';
import { createTeardown } from '../../client/teardown.ts';

/** Any use of Temporal is an error that these tests do not expect. */
const { find, schedules } = createTeardown({} as Client, { account: 'a', region: 'bj' });
const deletion = { options: {}, concurrency: 1, failurePolicy: 'continue' } as const;

const refused: [filter: object, problems: RegExp[]][] = [
  [{ name: '^ci-' }, [/^filter\.name "\^ci-" contains "\^"/]],
  [{ name: 'ci-{a..e}' }, [/^filter\.name /]],
  [{ name: 'ci-*', except: ['ok', '!(x)'] }, [/^filter\.except\[1\] "!\(x\)" starts with "!"/]],
  [{ name: 'ci-*', except: 'ci-keep' }, [/^filter\.except is not a list/]],
  [{ name: 'ci-*', excepts: ['ci-keep'] }, [/^filter\.excepts is not a condition/]],
  [{ phases: ['Running'] }, [/^filter\.phases\[0\] "Running" is not a phase; .*running/]],
  [{ phases: ['create_failed', 'deleting'] }, [/^filter\.phases\[1\] "deleting": /]],
  [{ olderThanSeconds: Number.NaN }, [/^filter\.olderThanSeconds NaN/]],
  [{ olderThanSeconds: -1 }, [/^filter\.olderThanSeconds -1/]],
  [{}, [/^filter would match every cluster/]],
  [{ phases: [] }, [/^filter would match every cluster/]],
  [{ except: ['a,b'] }, [/^filter\.except\[0\] /, /^filter would match every cluster/]],
];

describe('a teardown is refused before anything is sent', () => {
  it.each(refused)('for the filter %j', async (filter, problems) => {
    const plan = { filter: filter as TeardownFilter, maximum: 5 };
    for (const asked of [find(plan), schedules.set('nightly', 3600, { ...plan, delete: deletion })]) {
      const error: unknown = await asked.catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(InvalidOptionsError);
      const lines = (error as InvalidOptionsError).message.split('\n');
      expect(lines).toEqual(problems.map((problem) => expect.stringMatching(problem)));
    }
  });
});
