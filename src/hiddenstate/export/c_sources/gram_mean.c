/* The mean of the rows that each word's n-grams name; -1 names none. */
static void gram_mean(const int32_t *grams, size_t words, size_t per_word, const matrix *table, size_t size, float *y)
{
    for (size_t k = 0; k < words; k++, grams += per_word, y += size) {
        float count = 0.0f;
        memset(y, 0, size * sizeof *y);
        for (size_t g = 0; g < per_word; g++) {
            if (grams[g] >= 0) {
                count += 1.0f;
                for (size_t i = 0; i < size; i++) {
                    y[i] += entry(table, (size_t)grams[g], size, i);
                }
            }
        }
        for (size_t i = 0; i < size; i++) {
            y[i] /= count > 1.0f ? count : 1.0f;
        }
    }
}
