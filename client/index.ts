export { ApprovalRefusedError } from './errors/approval-refused-error.ts';
export { ClusterRequestError } from './errors/cluster-request-error.ts';
export { NoAnswerError } from './errors/no-answer-error.ts';
export type { CheckOptions, RequestCheck } from './check-request.ts';
export type { SetProtection } from './protection.ts';
export { BatchConflictError } from './errors/batch-conflict-error.ts';
export { ClusterGoneError } from './errors/cluster-gone-error.ts';
export { ClusterRunsError } from './errors/cluster-runs-error.ts';
export { BatchNotFoundError } from './errors/batch-not-found-error.ts';
export type { Approvals, ApprovalTerms } from './approvals/approvals.ts';
export type { ApprovalStatus } from './approvals/approval-status.ts';
export type { ListedApproval } from './approvals/list-approvals.ts';
export type { ChangeToApprove } from './approvals/change-to-approve.ts';
export { longestApprovalSeconds, type ApprovableChange, type Decision } from '../contract/approval.ts';
export type { ChangedCluster, ItemCluster } from './batch/items.ts';
export { expandBatch, type ExpandedBatch } from './batch/expand.ts';
export { planBatchInThread } from './batch/plan-in-thread.ts';
export type { PlanAsker } from './batch/plan-queue.ts';
export { planBatch, withoutSecrets, type BatchPlan, type PlannedCluster, type PlanOptions } from './batch/plan.ts';
export type { ItemResult } from './batch/results.ts';
export type { Batches } from './batch/batches.ts';
export type { BatchStatus } from './batch/status.ts';
export { WebhookNotFoundError } from './errors/webhook-not-found-error.ts';
export { connect, type ConnectOptions } from './connect.ts';
export { endPosition, eventsAfter, eventsOf, type OperationEvent } from '../contract/operation-events.ts';
export {
  endedForMs,
  type FollowedOperation,
  type FollowedRun,
  type OnScopeChange,
} from '../temporal/follow/followed-operation.ts';
export type { Follower } from '../temporal/follow/follower.ts';
export { readCursor } from '../temporal/follow/cursor.ts';
export { createScopeReader, type News, type ScopeReader } from '../temporal/follow/scope-reader.ts';
export { openScopes, type Scopes } from './open-scopes.ts';
export {
  batchOperationIDOf,
  operationIDOf,
  operationIDPattern,
  parseOperationID,
  type NamedOperation,
} from '../contract/operation-id.ts';
export { parseYAMLInThread } from './batch/parse-yaml-in-thread.ts';
export { isTooDeep } from './batch/nesting.ts';
export { expandsTooFar, hasTooManyAliases, withAnyAliases, withoutMerges } from './batch/yaml-limits.ts';
export { ThreadTimeout } from './run-in-thread.ts';
export { requestJSONSchema } from './request-json-schema.ts';
export { temporalFailureOf, type TemporalFailure } from './temporal-failure.ts';
export { loadDataConverter } from '../temporal/encryption/load-data-converter.ts';
export { loadEncryption } from '../temporal/encryption/load-encryption.ts';
export { newest } from './find-operation.ts';
export { InvalidOptionsError, type OptionProblem } from './errors/invalid-options-error.ts';
export { InvalidSpecError } from './errors/invalid-spec-error.ts';
export type { Kubeconfig, KubeconfigOptions } from './fetch-kubeconfig.ts';
export { KeyReusedError } from './errors/key-reused-error.ts';
export type { ClaimedKey, RememberedRequests } from './remembered-requests.ts';
export { OperationEndingError } from './errors/operation-ending-error.ts';
export { OperationNotFoundError } from './errors/operation-not-found-error.ts';
export { isClusterID } from '../cce/cluster-id.ts';
export type { OperationOutcome } from '../contract/operation-outcome.ts';
export type { Operation, OperationReference, OperationStatus } from '../temporal/executions/operation.ts';
export { createOrchestrator, type Orchestrator, type OrchestratorOptions } from './orchestrator.ts';
export type { ReconcileOptions, ReconcileSchedule, ReconcileSearch, ReconcileStatus } from './reconcile.ts';
export type { ScheduleState } from './schedules.ts';
export type { ListedBatch } from './batch/list.ts';
export { OptionsConflictError } from './errors/options-conflict-error.ts';
export { isStartedBy } from '../contract/operation-memo.ts';
export type { UnmetOption } from '../contract/unmet-options.ts';
export { SetUpError } from './errors/set-up-error.ts';
export type { NamespaceSetUp } from './set-up.ts';
export { SpecConflictError } from './errors/spec-conflict-error.ts';
export type { BatchToStart, StartedBatch } from './batch/start.ts';
export type { CreateOptions, StartedCreate } from './start-create.ts';
export type { ScheduledTeardown, Teardown, TeardownPlan, TeardownSchedule } from './teardown.ts';
export { TooManyMatchesError } from './errors/too-many-matches-error.ts';
export { TooManyPlansError } from './errors/too-many-plans-error.ts';
export { OrchestratorError, type OrchestratorErrorKind } from '../temporal/orchestrator-error.ts';
export { UnreachableError } from '../temporal/connection/unreachable-error.ts';
export type { DeleteOptions } from './start-delete.ts';
export { refuseProtectedLease } from './protected-lease.ts';
export { ValidSpec, validateCreateRequest, validationRules } from './valid-spec.ts';
export type { CreateClusterRequest } from '../cce/create-cluster.ts';
export type { Problem, Validation } from '../cce/validate.ts';
export { deleteItemOf, type BatchItem, type DeleteItem, type FailurePolicy } from '../contract/batch/item.ts';
export type { BatchProgress } from '../contract/batch/progress.ts';
export type { BatchOutcome } from '../contract/batch/outcome.ts';
export { ConnectionSettingsError } from '../temporal/connection/connection-settings.ts';
export type { Encryption } from '../temporal/encryption/encryption.ts';
export { EncryptionKeyError, generateKeyEntry, parseKeyRing } from '../temporal/encryption/encryption-keys.ts';
export { PayloadDecryptionError, type DecryptionProblem } from '../temporal/encryption/payload-decryption-error.ts';
export type { Cleanup } from '../contract/create.ts';
export type { Duplicate } from '../contract/create-record.ts';
export type { OnBlocked } from './result-of-sweep.ts';
export type { BlockedBy } from '../temporal/executions/blocked-by.ts';
export type { CreateClusterOutcome } from '../contract/create.ts';
export type { DeleteClusterOutcome } from '../contract/delete.ts';
export { startTracing } from '../temporal/tracing/start-tracing.ts';
export { ConfigurationError } from '../temporal/configuration-error.ts';
export { followFile, type FollowedFile } from '../temporal/followed-file.ts';
export {
  batchWorkflowID,
  labelForm,
  labelPattern,
  regionForm,
  regionPattern,
  type AccountRegion,
} from '../contract/identity.ts';
export { clusterNamePattern } from '../cce/cluster-name.ts';
export { nameMatcher, namePatternProblem, type NameMatcher } from '../contract/name-pattern.ts';
export { maximumConcurrency, largestTeardown } from '../contract/batch/limits.ts';
export { tracingInterceptors } from '../temporal/tracing/client-tracing.ts';
export type { CancelRequest } from '../contract/cancel-request.ts';
export { stages } from '../contract/current-step.ts';
export type { CurrentStep, PollTrouble, Stage, Step, StepError, WaitsFor } from '../contract/current-step.ts';
export { shownURL, webhookEventTypes, webhookFormats, webhookProblems } from './webhook-problems.ts';
export type { UndeliveredEvents, Webhook, Webhooks } from './webhooks.ts';
export type { WebhookEventType, WebhookFormat, WebhookSettings } from '../contract/webhook/settings.ts';
export type { WebhookEvent, WebhookEventData } from '../contract/webhook/event.ts';
export type { TeardownFilter, TeardownReport } from '../contract/teardown.ts';
export type { ReconcileReport, UnclaimedCluster } from '../contract/reconcile.ts';
export type { Leftover, Leftovers } from '../contract/leftovers.ts';
export { nodesText, reasonText } from '../contract/nodes.ts';
export type { ClusterNodes, FailedNode, NodeCounts, NodeFailureReason } from '../contract/nodes.ts';
export { checkNodeOptions } from './check-node-options.ts';
export { isReadiness, readinessForm, type NodeOptions } from '../contract/readiness.ts';
export type { OperationFailure } from '../contract/operation-failure.ts';
