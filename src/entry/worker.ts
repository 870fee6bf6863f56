// A worker process: makes pictures for the function beside it (workers/pool.ts), which may kill it at any moment.
import { installOwn } from '../own/install.ts'
import { serve } from '../workers/serve.ts'

installOwn()
serve()
