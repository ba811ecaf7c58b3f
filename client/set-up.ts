import { isGrpcServiceError, type Client } from '@temporalio/client';
import { findSearchAttributes, keywordType } from '../temporal/executions/start-searchable.ts';
import { grpcStatus } from '../temporal/grpc-status.ts';
import { SetUpError } from './errors/set-up-error.ts';

/** The search attributes of a namespace, by name. */
export interface NamespaceSetUp {
  namespace: string;
  /** Made now. */
  created: string[];
  /** They were there. */
  present: string[];
}

/**
 * Makes the search attributes that operations are listed by. To do so again changes nothing.
 *
 * @throws SetUpError where Temporal refuses it, or one of them is there and is no keyword
 */
export async function setUp(client: Client): Promise<NamespaceSetUp> {
  const { namespace } = client.options;
  const { present, missing, wrongType } = await findSearchAttributes(client);
  if (wrongType.length > 0) {
    throw new SetUpError(
      `${wrongType.join(', ')} in the namespace "${namespace}" must be of type Keyword, and is not; where nothing else uses it: ${wrongType
        .map((name) => `temporal operator search-attribute remove --namespace ${namespace} --name ${name}`)
        .join(' && ')}, and set up again`,
    );
  }
  if (missing.length === 0) return { namespace, created: [], present };
  try {
    const searchAttributes = Object.fromEntries(missing.map((name) => [name, keywordType]));
    await client.connection.operatorService.addSearchAttributes({ namespace, searchAttributes });
  } catch (error) {
    if (!isGrpcServiceError(error) || !refusals.includes(error.code)) throw error;
    // No cause: it would be printed behind the commands, and says nothing else.
    throw new SetUpError(refusalText(namespace, missing, error.details));
  }
  return { namespace, created: missing, present };
}

/** Temporal answers INVALID_ARGUMENT where the namespace has no room for more attributes of this type. */
const refusals: readonly number[] = [
  grpcStatus.invalidArgument,
  grpcStatus.permissionDenied,
  grpcStatus.unimplemented,
  grpcStatus.unauthenticated,
];

function refusalText(namespace: string, names: readonly string[], details: string): string {
  const forServer = names.map((name) => `--name ${name} --type Keyword`).join(' ');
  const forCloud = names.map((name) => `--search-attribute ${name}=Keyword`).join(' ');
  return [
    `Temporal does not let us make search attributes in the namespace "${namespace}": ${details}`,
    `- on Temporal Cloud, run: tcld namespace search-attributes add --namespace ${namespace} ${forCloud}`,
    `- elsewhere, let somebody who may run: temporal operator search-attribute create --namespace ${namespace} ${forServer}`,
  ].join('\n');
}
