import { expect, it } from 'vitest';
import { workflowTypes } from '../../contract/workflow-types.ts';
import * as workflows from '../../workflows/index.ts';

it('lists exactly the workflows that the bundle exports, each under its own name', () => {
  expect(Object.keys(workflowTypes).toSorted()).toEqual(Object.keys(workflows).toSorted());
  expect(Object.values(workflowTypes)).toEqual(Object.keys(workflowTypes));
});
