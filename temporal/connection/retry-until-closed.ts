import { defaultGrpcRetryOptions, makeGrpcRetryInterceptor, type ConnectionOptions } from '@temporalio/client';
import { grpcStatus } from '../grpc-status.ts';

type Interceptor = NonNullable<ConnectionOptions['interceptors']>[number];
type Call = ReturnType<Interceptor>;

/**
 * The interceptors that the SDK uses by default, made safe against the end of the connection: a retry that the SDK has
 * scheduled begins in a timer, and on a closed connection throws `Channel has been shut down` where nobody can catch it.
 * Such a call now ends as cancelled.
 */
export function retryUntilClosed(): Interceptor[] {
  return [makeGrpcRetryInterceptor(defaultGrpcRetryOptions()), cancelOnceClosed];
}

const cancelOnceClosed: Interceptor = (options, nextCall) => {
  try {
    // What an interceptor returns need not be the class, but its type says so.
    return nextCall(options) as Call;
  } catch (error) {
    if (error instanceof Error && error.message === 'Channel has been shut down') return cancelledCall;
    throw error;
  }
};

/** The methods of a call that gRPC uses. */
const cancelledCall = {
  start(metadata: unknown, listener?: Partial<Listener>) {
    listener?.onReceiveMessage?.(null);
    listener?.onReceiveStatus?.({ code: grpcStatus.cancelled, details: 'the connection is closed', metadata });
  },
  sendMessage: ignore,
  halfClose: ignore,
  startRead: ignore,
  cancelWithStatus: ignore,
  sendMessageWithContext: ignore,
  setCredentials: ignore,
  getPeer: () => 'unknown',
  getAuthContext: () => null,
} as unknown as Call;

interface Listener {
  onReceiveMessage: (message: null) => void;
  onReceiveStatus: (status: object) => void;
}

function ignore(): void {}
