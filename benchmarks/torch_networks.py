"""Three networks besides the reference job, in PyTorch: python torch_networks.py wide|rows|lenet <folder>

The same data, sizes, optimizers and batches as benchmarks/recipes/; prints one JSON line like the peers' scripts.
`rows` reads <folder>/rows.csv, the others MNIST through the peers' digits_data.py, which must be importable.
"""
import json
import os
import resource
import sys
import time

START = time.perf_counter()
import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

job, folder = sys.argv[1], sys.argv[2]
torch.manual_seed(0)


class Picture(nn.Module):
    def forward(self, x):
        return x.view(-1, 1, 28, 28)


if job == "rows":
    values = torch.from_numpy(np.loadtxt(os.path.join(folder, "rows.csv"), delimiter=",", skiprows=1, dtype="float32"))
    x, y = values[:, :-1], values[:, -1:]
    y = (y - y[:46080].mean()) / y[:46080].std()
    rows, epochs, batch_size = 46080, 5, 64
    x_test, y_test = x[rows:], y[rows:]
    model = nn.Sequential(nn.Linear(100, 256), nn.ReLU(), nn.Dropout(0.1), nn.Linear(256, 128), nn.ReLU(), nn.Linear(128, 64),
                          nn.ReLU(), nn.Linear(64, 1))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9)
    loss_of = F.mse_loss
else:
    from digits_data import digits
    (x, y), (x_test, y_test) = [(torch.from_numpy(i.reshape(-1, 784)), torch.from_numpy(l.astype("int64"))) for i, l in (digits("train"), digits("t10k"))]
    rows = 12000
    if job == "wide":
        epochs, batch_size = 3, 256
        model = nn.Sequential(nn.Linear(784, 2048), nn.ReLU(), nn.Linear(2048, 2048), nn.ReLU(), nn.Linear(2048, 10))
    else:
        epochs, batch_size = 2, 128
        model = nn.Sequential(Picture(), nn.Conv2d(1, 32, 5), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(32, 64, 5), nn.ReLU(),
                              nn.MaxPool2d(2), nn.Flatten(), nn.Linear(1024, 256), nn.ReLU(), nn.Linear(256, 10))
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3, fused=True)
    loss_of = F.cross_entropy

whole = []
for _ in range(epochs):
    begun = time.perf_counter()
    order = torch.randperm(rows)
    for i in range(0, rows, batch_size):
        batch = order[i:i + batch_size]
        loss = loss_of(model(x[batch]), y[batch])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    whole.append(time.perf_counter() - begun)
model.eval()
with torch.no_grad():
    out = model(x_test)
    quality = 1 - F.mse_loss(out, y_test).item() / y_test.var().item() if job == "rows" else (out.argmax(1) == y_test).float().mean().item()
print(json.dumps({"peer": "torch", "torch": torch.__version__, "job": job, "epoch": float(np.median(whole)), "accuracy": quality,
                  "process": time.perf_counter() - START, "rss_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}))
