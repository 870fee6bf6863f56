/** What stands between the steps of a suffix key. Not `/`, which would make directories. */
export const MARKER = '__op__'
