import { ImageFault } from '../fault.ts'

/**
 * The operations are well formed but this picture cannot undergo them: a crop outside it, a side that the format cannot hold,
 * a letter that no font has. The same on every try. Its code is the one that is answered with 400.
 */
export class Impossible extends ImageFault {
  constructor(message: string, options?: ErrorOptions) {
    super('result_too_large', message, options)
    this.name = 'Impossible'
  }
}
