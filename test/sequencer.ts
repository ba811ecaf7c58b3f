import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** They wait most of their time, for up to two minutes: while they run, others compute. */
const first = ['chaos.test.ts', 'packaging.test.ts'];

/** Starts the longest files first, so that a run does not end with one of them alone. */
export default class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const isFirst = ({ moduleId }: TestSpecification) => first.some((name) => moduleId.endsWith(`/${name}`));
    return [...sorted.filter(isFirst), ...sorted.filter((file) => !isFirst(file))];
  }
}
