import { workflowTypes } from '../../contract/workflow-types.ts';

const types = Object.values(workflowTypes).map((type) => `'${type}'`);

/** A visibility query for every open execution of our workflows. */
export const openExecutionsQuery = `ExecutionStatus = 'Running' AND WorkflowType IN (${types.join(', ')})`;
