/** What the gateway is told: which function, on what terms, and how the real service's unknowns are to be answered. */

/** Temporary keys of the function's role. They are passed on to the function and never printed. */
export interface FunctionCredentials {
  accessKeyId: string
  accessKeySecret: string
  securityToken: string
  /** When the keys stop working. The function is not told; Function Compute documents 36 hours. */
  expiration: Date | string
}

/** One function as s.yaml describes it. */
export interface FunctionSpec {
  name: string
  /** `custom.debian10` speaks HTTP itself and may stream; `nodejs20` exports a handler and answers whole. */
  runtime: 'custom.debian10' | 'nodejs20'
  /** Folder that holds the built code: /code on the platform. */
  codeDir: string
  /** Start command of a custom runtime. The platform's interpreter path is replaced by `nodePath`. */
  command: string[]
  /** `file.export` of a built-in runtime, e.g. `index.handler`. */
  handler?: string
  environment: Record<string, string>
  memoryMb: number
  timeoutSeconds: number
  /** Requests one instance takes at a time (1 to 200). A built-in runtime always takes one. */
  instanceConcurrency: number
  /** Methods of the HTTP trigger; anything else is refused before the code runs. Empty: no HTTP trigger at all. */
  methods: string[]
  /** Name of the RAM role; only for whoever issues the credentials. */
  role?: string
  /** Set when the function has an initializer hook: POST /initialize before the first request. */
  initializer?: { timeoutSeconds: number }
}

/**
 * What is unknown of the real service, or depends on how it is set up. All can be changed while the gateway runs.
 * Where the documents are silent the default is the answer that hurts most behind a mirror: 200.
 */
export interface GatewaySwitches {
  /** SIGSTOP an instance while no request is in flight, SIGCONT it before the next one. */
  freeze: boolean
  /** Default domain: every answer carries `Content-Disposition: attachment`. */
  attachment: boolean
  /** Default domain: a 3xx of the function becomes 400 ExternalRedirectForbidden. */
  refuse3xx: boolean
  /** Status of an answer that says the process exited (crash, out of memory). Not documented. */
  exitStatus: number
  /** Status when a handler throws or answers nonsense: 502 in the FC 2.0 page, 2xx in the FC 3.0 page. */
  exceptionStatus: number
  /** Status when the instance does not start listening. Not documented. */
  startFailureStatus: number
  /** Status when the initializer hook fails; documented as 200. */
  initializerStatus: number
  /** Status when a request runs into the function's time limit. Not documented. */
  timeoutStatus: number
  /** Status when every instance is full. */
  throttleStatus: 429 | 503
  /** A buffered answer that breaks off: the caller's connection breaks too, or a clean 502. */
  brokenAnswer: 'destroy' | '502'
  /** Whether GET, HEAD and OPTIONS are sent a second time when the instance's connection breaks before an answer. */
  retry: boolean
  /** Built-in runtime: a JSON answer without statusCode is taken as 200 application/json instead of a failure. */
  inferAnswer: boolean
  /** Whether the Content-Length of a HEAD answer survives. */
  headContentLength: 'drop' | 'keep'
  /** Which keys come as request headers to a custom runtime (Debian 11 and later: no token). */
  credentialHeaders: 'all' | 'no-token' | 'none'
  /** Whether ALIBABA_CLOUD_* keys are in the environment of an instance. Read when it starts. */
  credentialEnvironment: boolean
  /** The path as the function sees it: the caller's bytes, or decoded and encoded anew. */
  pathBytes: 'exact' | 'reencoded'
  /** Requests go round all instances from the start, instead of filling one before the next is started. */
  spread: boolean
  /** Kill an instance whose memory passes memoryMb (Linux only). */
  memoryLimit: boolean
  /** Answers larger than this are refused with 502. The real limit is not listed. */
  maxAnswerBytes: number
  /** How long an instance may take until it listens; documented as 120 s. */
  startupMs: number
}

export const DEFAULT_SWITCHES: Readonly<GatewaySwitches> = {
  freeze: true,
  attachment: false,
  refuse3xx: false,
  exitStatus: 200,
  exceptionStatus: 200,
  startFailureStatus: 200,
  initializerStatus: 200,
  timeoutStatus: 200,
  throttleStatus: 429,
  brokenAnswer: 'destroy',
  retry: true,
  inferAnswer: true,
  headContentLength: 'drop',
  credentialHeaders: 'all',
  credentialEnvironment: true,
  pathBytes: 'exact',
  spread: false,
  memoryLimit: true,
  maxAnswerBytes: Number.POSITIVE_INFINITY,
  startupMs: 120_000,
}

/** One line an instance wrote. */
export interface LogLine {
  instance: string
  stream: 'stdout' | 'stderr'
  text: string
}

export interface GatewayOptions {
  /** 0 picks a free port. */
  port: number
  function: FunctionSpec
  /** Most instances at once. */
  instances: number
  /** Interpreter to run the function with; default: this process's own. */
  nodePath?: string
  region: string
  accountId?: string
  credentials: () => FunctionCredentials
  switches?: Partial<GatewaySwitches>
  onLog?: (line: LogLine) => void
}
