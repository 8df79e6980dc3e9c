/** Adds to Nest's description of an operation: headers, security, responses, errors. */

import { ERRORS, type ErrorCode } from '../protocol/errors';
import type { RoutePolicy } from '../session/route-policy';
import type { Schema } from './wire-schemas';

export interface Operation {
  operationId?: string;
  summary?: string;
  tags?: string[];
  parameters?: { in?: string }[];
  requestBody?: object;
  security?: Record<string, string[]>[];
  responses: Record<string, object>;
}

/** A route's decorators. */
export interface Route {
  policy: RoutePolicy;
  /** The route reads `Idempotency-Key`. */
  isRepeatable: boolean;
}

/** Errors specific to these routes; all others follow from the route's policy. */
const OWN_ERRORS: Record<string, ErrorCode[]> = {
  AuthController_register: ['REGISTRATION_CLOSED', 'USERNAME_TAKEN'],
  AuthController_login: ['INVALID_CREDENTIALS', 'PLATFORM_NOT_FOUND'],
  AuthController_reauthenticate: ['INVALID_CREDENTIALS'],
  AuthController_changePassword: ['INVALID_CREDENTIALS'],
  SessionController_end: ['SESSION_NOT_FOUND'],
  AdminSessionsController_end: ['SESSION_NOT_FOUND'],
  AdminUsersController_disable: ['NOT_FOUND'],
  AdminUsersController_enable: ['NOT_FOUND'],
  PlatformController_connect: ['PLATFORM_EXISTS', 'PLATFORM_REJECTED', 'PLATFORM_UNREACHABLE'],
  PlatformController_update: ['PLATFORM_EXISTS', 'PLATFORM_REJECTED', 'PLATFORM_UNREACHABLE'],
  PlatformController_test: ['PLATFORM_REJECTED', 'PLATFORM_UNREACHABLE'],
  PlatformController_import: ['PLATFORM_REJECTED', 'PLATFORM_UNREACHABLE'],
  OAuthController_begin: ['PLATFORM_REJECTED', 'PLATFORM_UNREACHABLE'],
  PictureController_avatar: ['NOT_FOUND', 'PLATFORM_UNREACHABLE', 'PLATFORM_REJECTED'],
  PictureController_image: ['NOT_FOUND', 'PLATFORM_UNREACHABLE', 'PLATFORM_REJECTED'],
  PostController_create: ['PLATFORM_RECONNECT_NEEDED'],
  PostController_retry: ['POST_NOT_FAILED', 'PLATFORM_RECONNECT_NEEDED'],
  PostController_update: ['POST_NOT_FAILED', 'PLATFORM_RECONNECT_NEEDED'],
  PostController_discard: ['POST_NOT_FAILED'],
};

/** Uploads have no DTO: they are read as a stream. */
const OWN_BODIES: Record<string, Schema> = {
  MediaController_upload: {
    type: 'object',
    required: ['file'],
    properties: { file: { type: 'string', format: 'binary' }, alt_text: { type: 'string' } },
  },
};

/** Routes that answer with a file instead of JSON. */
const OWN_ANSWERS: Record<string, string> = {
  PictureController_avatar: 'image/*',
  PictureController_image: 'image/*',
};

const TOKEN: ErrorCode[] = ['AUTHENTICATION_REQUIRED', 'SESSION_EXPIRED', 'SESSION_INVALID', 'SESSION_REVOKED'];

/** Request headers, as components of the document. */
export const HEADER_PARAMETERS = {
  TabId: header('X-Tab-Id', 'The tab that asks; a push about the change names it as its origin.', {
    type: 'string',
    pattern: '^[\\w.:-]{1,64}$',
  }),
  Background: header('X-Background', 'The page asks by itself: this does not count as activity of the person.', {
    const: 'true',
  }),
  IdempotencyKey: header(
    'Idempotency-Key',
    'The same request sent again with the same key makes nothing new, and is answered 200 instead of 201.',
    { type: 'string', format: 'uuid' },
  ),
  PlatformId: header(
    'X-Platform-Id',
    'The platform that the person was shown. Another one than the active one is refused with PLATFORM_CONTEXT_STALE.',
    { type: 'integer', minimum: 1 },
  ),
  PlatformPinned: header('X-Platform-Pinned', 'The named platform is meant, whichever is active.', { const: 'true' }),
};

function header(name: string, description: string, schema: Schema) {
  return { name, in: 'header', required: false, description, schema };
}

const parameter = (name: keyof typeof HEADER_PARAMETERS) => ({ $ref: `#/components/parameters/${name}` });

function headersOf(policy: RoutePolicy, unsafe: boolean): object[] {
  if (policy.isPublic) return [];
  const named = policy.requirement.platform ? [parameter('PlatformPinned')] : [];
  if (!unsafe) return [parameter('Background'), ...(named.length > 0 ? [parameter('PlatformId'), ...named] : [])];
  const needed = { ...HEADER_PARAMETERS.PlatformId, required: true };
  return [parameter('TabId'), ...(named.length > 0 ? [needed, ...named] : [])];
}

function errorsOf(operation: Operation, { policy, isRepeatable }: Route, unsafe: boolean): ErrorCode[] {
  const { requirement } = policy;
  const asksForInput = operation.requestBody !== undefined || (operation.parameters ?? []).length > 0;
  return [
    ...(asksForInput ? (['VALIDATION_ERROR'] as const) : []),
    ...(policy.isPublic ? [] : TOKEN),
    ...(unsafe ? (['ORIGIN_REFUSED', 'PAYLOAD_TOO_LARGE', 'UNSUPPORTED_MEDIA_TYPE'] as const) : []),
    ...(unsafe && !policy.isPublic ? (['CSRF_INVALID'] as const) : []),
    ...(requirement.role ? (['FORBIDDEN'] as const) : []),
    ...(policy.recentLogin ? (['REAUTHENTICATION_REQUIRED'] as const) : []),
    ...(requirement.platform ? (['PLATFORM_REQUIRED', 'PLATFORM_NOT_FOUND', 'PLATFORM_CONTEXT_STALE'] as const) : []),
    ...(requirement.platform && unsafe ? (['PLATFORM_ID_REQUIRED', 'NOT_FOUND'] as const) : []),
    ...(/^(Platform|Import)Controller/.test(operation.operationId ?? '') && asksForInput
      ? (['PLATFORM_NOT_FOUND'] as const)
      : []),
    ...(OWN_ERRORS[operation.operationId ?? ''] ?? []),
    ...(isRepeatable ? (['IDEMPOTENCY_KEY_REUSED', 'OUTCOME_UNKNOWN'] as const) : []),
    'RATE_LIMITED',
    'DATABASE_ERROR',
    'GENERIC_ERROR',
  ];
}

/** One response per status, which lists its possible codes. */
function errorResponses(codes: ErrorCode[]): Record<string, object> {
  const responses: Record<string, object> = {};
  for (const { status } of codes.map((code) => ERRORS[code])) {
    const ofStatus = [...new Set(codes)].filter((code) => ERRORS[code].status === status);
    const [first] = ofStatus as [ErrorCode];
    const schema: Schema = {
      allOf: [
        { $ref: '#/components/schemas/ErrorBody' },
        { type: 'object', properties: { error_code: { enum: ofStatus } } },
      ],
    };
    responses[status] = {
      description: ofStatus.map((code) => `${code}: ${ERRORS[code].message}.`).join(' '),
      content: {
        'application/json': { schema, example: { success: false, error: ERRORS[first].message, error_code: first } },
      },
    };
  }
  return responses;
}

/** For example, `makeDefault` of PlatformController becomes "Platform: make default". */
function summaryOf(operationId: string): string {
  const [controller, method = ''] = operationId.split('_') as [string, string?];
  const words = (name: string) => name.replaceAll(/(?<=[a-z])[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  return `${words(controller.replace('Controller', ''))}: ${words(method)}`;
}

/**
 * @param found the operation as described by Nest
 * @param answer the schema of the response body; undefined if there is none
 */
export function describeOperation(
  found: Operation,
  method: string,
  route: Route,
  answer: Schema | undefined,
): Operation {
  const { policy, isRepeatable } = route;
  const operationId = found.operationId ?? '';
  const unsafe = method !== 'get';
  const body = OWN_BODIES[operationId];
  const upload = body && { required: true, content: { 'multipart/form-data': { schema: body } } };
  const operation: Operation = {
    ...found,
    summary: found.summary || summaryOf(operationId),
    ...(upload && { requestBody: upload }),
    parameters: [
      // No route needs one; Nest knows of query parameters only that they exist.
      ...(found.parameters ?? []).map((each) => (each.in === 'query' ? { ...each, required: false } : each)),
      ...(isRepeatable ? [parameter('IdempotencyKey')] : []),
      ...headersOf(policy, unsafe),
    ],
    security: policy.isPublic ? [] : [unsafe ? { session: [], csrf: [] } : { session: [] }],
  };
  const [status = '200'] = Object.keys(found.responses);
  const file = OWN_ANSWERS[operationId];
  const schema = file ? { type: 'string', format: 'binary' } : answer;
  const type = file ?? (answer?.type === 'string' ? 'text/plain' : 'application/json');
  const success = {
    description: schema ? 'Done.' : 'Done; there is no body.',
    ...(schema && { content: { [type]: { schema } } }),
  };
  operation.responses = {
    ...(isRepeatable && { 200: success }),
    [status]: success,
    ...errorResponses(errorsOf(found, route, unsafe)),
  };
  return operation;
}
