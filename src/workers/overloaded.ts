/**
 * There is no room, memory or time for a picture just now, and waiting would not change that before its deadline. Says
 * nothing about the picture: answered with 503 and never stored.
 */
export class Overloaded extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'Overloaded'
  }
}
