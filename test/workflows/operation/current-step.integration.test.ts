import type { WorkflowHandle } from '@temporalio/client';
import { describe, expect, it } from 'vitest';
import type { CurrentStep, StepChange } from '../../../contract/current-step.ts';
import { currentStepQuery, stepChangedSignal } from '../../../contract/messages.ts';
import { cancelBySignal, posts, stepsOfCreation, stepsOfDeletion, type Moment } from '../cloud-script.ts';
import { createCluster, deleteCluster } from '../time-skipping.ts';

/** Queries the current step at each of these moments. */
function viewsAt(...moments: Moment[]) {
  const views: Record<string, CurrentStep> = {};
  const look = (moment: Moment) => async (workflow: WorkflowHandle) => {
    views[moment] = await workflow.query(currentStepQuery);
  };
  return { views, moments: Object.fromEntries(moments.map((moment) => [moment, look(moment)])) };
}

describe('the current step', () => {
  it('shows the stages and steps of a create that succeeds', async () => {
    const { views, moments } = viewsAt('look 1', 'post 1', 'step 1');
    const { currentStep } = await createCluster({ moments });
    expect(views['look 1']).toMatchObject({ stage: 'submitting', steps: [] });
    expect(views['look 1']).not.toHaveProperty('clusterID');
    expect(views['post 1']).toMatchObject({ stage: 'submitting', steps: [] });
    expect(views['step 1']).toMatchObject({
      clusterID: 'cce-made-1',
      stage: 'provisioning',
      phase: 'provisioning',
      step: { name: 'certificates', index: 1, total: 2, status: 'doing' },
      steps: stepsOfCreation('provisioning'),
    });
    const done = { clusterID: 'cce-made-1', phase: 'running', step: { name: 'masters', status: 'done' } };
    expect(currentStep).toMatchObject({ ...done, stage: 'done', steps: stepsOfCreation('running') });
  });

  it('shows that a create whose answer was lost is verified', async () => {
    const { views, moments } = viewsAt('look 3');
    await createCluster({ posts: [posts.lostAfterEffect], moments });
    expect(views['look 3']).toMatchObject({ clusterID: 'cce-made-1', stage: 'verifying', phase: 'running' });
  });

  it('shows the deletion during a clean-up, and the outcome keeps the steps of the create', async () => {
    const { views, moments } = viewsAt('look 2', 'leaving 1');
    const { outcome, currentStep } = await createCluster({ made: [{ becomes: 'create_failed' }], moments });
    expect(views['look 2']).toMatchObject({ clusterID: 'cce-made-1', stage: 'cleaningUp', steps: [] });
    expect(views['look 2']).not.toHaveProperty('step');
    expect(views['leaving 1']).toMatchObject({
      clusterID: 'cce-made-1',
      stage: 'cleaningUp',
      phase: 'deleting',
      step: { name: 'machines', status: 'doing' },
    });
    expect(currentStep).toMatchObject({ stage: 'done', phase: 'absent' });
    expect(outcome.steps).toEqual(stepsOfCreation('create_failed'));
  });

  it('names the cluster of a clean-up even if the create never learned of it', async () => {
    const { views, moments } = viewsAt('leaving 1');
    await createCluster({ posts: [posts.lostAfterEffect], moments: { ...moments, 'post 1': cancelBySignal({}) } });
    expect(views['leaving 1']).toMatchObject({ clusterID: 'cce-made-1', stage: 'cleaningUp', phase: 'deleting' });
  });

  it('shows the steps of a delete', async () => {
    const { views, moments } = viewsAt('look 1', 'delete 1', 'leaving 1');
    const { currentStep } = await deleteCluster({ clusters: [{}], moments }, { target: { clusterName: 'a-cluster' } });
    expect(views['look 1']).toMatchObject({ stage: 'deleting', steps: [] });
    expect(views['look 1']).not.toHaveProperty('clusterID');
    expect(views['delete 1']).toMatchObject({ clusterID: 'cce-before-1', stage: 'deleting', steps: [] });
    expect(views['leaving 1']).toMatchObject({
      clusterID: 'cce-before-1',
      stage: 'deleting',
      phase: 'deleting',
      step: { name: 'machines', status: 'doing' },
    });
    expect(currentStep).toMatchObject({ clusterID: 'cce-before-1', stage: 'done' });
  });
});

describe('a watch that was given up', () => {
  const lastWord: StepChange = {
    clusterID: 'cce-made-1',
    goal: 'running',
    phase: 'provisioning',
    steps: stepsOfCreation('provisioning'),
  };
  const tellLate = (workflow: WorkflowHandle) => workflow.signal(stepChangedSignal, lastWord);
  const query = async (workflow: WorkflowHandle) => workflow.query(currentStepQuery);

  it.each(['look 2', 'leaving 1'] as const)('does not change the steps of the clean-up, at %s', async (at) => {
    const views: CurrentStep[] = [];
    await createCluster({
      moments: {
        'step 1': cancelBySignal({}),
        [at]: async (workflow: WorkflowHandle) => {
          views.push(await query(workflow));
          await tellLate(workflow);
          views.push(await query(workflow));
        },
      },
    });
    expect(views[0]).toMatchObject({ stage: 'cleaningUp', steps: at === 'look 2' ? [] : stepsOfDeletion('deleting') });
    expect(views[1]).toEqual(views[0]);
  });

  it('does not change the steps once the cluster runs', async () => {
    const { outcome, currentStep } = await createCluster({ moments: { 'look 2': tellLate } });
    expect(currentStep).toMatchObject({ phase: 'running', steps: stepsOfCreation('running') });
    expect(outcome.steps).toEqual(stepsOfCreation('running'));
  });

  it('does not move steps back when it reports after its successor', async () => {
    const { views, moments } = viewsAt('step 1');
    const newer = { ...lastWord, steps: stepsOfCreation('running') };
    await createCluster({
      moments: {
        'step 1': async (workflow: WorkflowHandle) => {
          await workflow.signal(stepChangedSignal, { ...newer, sequence: [2_000, 1, 1] });
          // Scheduled earlier, and an earlier report of the same watch.
          await workflow.signal(stepChangedSignal, { ...lastWord, sequence: [1_000, 3, 9] });
          await workflow.signal(stepChangedSignal, { ...lastWord, sequence: [2_000, 1, 0] });
          await moments['step 1']?.(workflow);
        },
      },
    });
    expect(views['step 1']).toMatchObject({ steps: stepsOfCreation('running') });
  });

  it('does not change the steps of another cluster', async () => {
    const { views, moments } = viewsAt('step 1');
    await createCluster({
      moments: {
        'step 1': async (workflow: WorkflowHandle) => {
          await workflow.signal(stepChangedSignal, { ...lastWord, clusterID: 'cce-made-2', steps: [] });
          await moments['step 1']?.(workflow);
        },
      },
    });
    expect(views['step 1']).toMatchObject({ clusterID: 'cce-made-1', steps: stepsOfCreation('provisioning') });
  });
});
