import { expect, it } from 'vitest';
import { wantsColors } from '../../cli/colors.ts';

const terminal = { isTTY: true, hasColors: () => true } as unknown as NodeJS.WriteStream;
const plainTerminal = { isTTY: true, hasColors: () => false } as unknown as NodeJS.WriteStream;
const pipe = {} as NodeJS.WriteStream;

it.each<{ where: string; stream: NodeJS.WriteStream; environment: NodeJS.ProcessEnv; wanted: boolean }>([
  { where: 'a terminal', stream: terminal, environment: {}, wanted: true },
  { where: 'a terminal without colours', stream: plainTerminal, environment: {}, wanted: false },
  { where: 'a terminal with NO_COLOR', stream: terminal, environment: { NO_COLOR: '1' }, wanted: false },
  { where: 'a pipe', stream: pipe, environment: {}, wanted: false },
  { where: 'a pipe of a CI job', stream: pipe, environment: { CI: 'true' }, wanted: false },
  { where: 'a pipe with FORCE_COLOR=1', stream: pipe, environment: { FORCE_COLOR: '1' }, wanted: true },
  { where: 'a terminal with FORCE_COLOR=0', stream: terminal, environment: { FORCE_COLOR: '0' }, wanted: false },
])('colours on $where: $wanted', ({ stream, environment, wanted }) => {
  expect(wantsColors(stream, environment)).toBe(wanted);
});
