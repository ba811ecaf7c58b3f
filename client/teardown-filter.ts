/** The checks of a teardown's filter. They load no library, so that a command line can check before it connects. */
export { namePatternProblem } from '../contract/name-pattern.ts';
export { phaseProblem } from '../contract/teardown-filter.ts';
