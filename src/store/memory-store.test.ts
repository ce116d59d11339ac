import { storeConformance } from './conformance.ts'
import { memoryStore } from './memory-store.ts'

storeConformance('memory store', async body => {
  const store = memoryStore()
  await body(store)
  await store.close()
})
